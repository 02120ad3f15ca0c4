import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { afterInserts, refuseTruncate } from './immutable.ts'

/**
 * What must be unique in the log: by index within a month, since PostgreSQL has none over all of them, and over all of
 * them by what counts it. INVARIANT: a record is added behind its chain's head and behind its passport's number, before
 * these move, and they only move forward. So a place that was taken stays taken, when its month is gone as well.
 */
export function places(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      if (engine !== 'postgres') return
      const { rows: partitions } = await sql<{ name: string }>`
        select inhrelid::regclass::text as name from pg_inherits
        where inhparent = 'attestations'::regclass`.execute(db)
      for (const statement of statements) await sql.raw(statement).execute(db)
      await afterInserts(db, 'attestations', REFUSE_PLACES)
      for (const { name } of partitions) await guardPlaces(db, name)
      await refuseTruncate(db, 'chains')
    },
  }
}

const REFUSE_PLACES = { name: 'refuse_places', call: 'modei_refuse_taken_places' }

const statements = [
  // With it go the triggers that call it, on the log and on every partition.
  'drop function modei_keep_attestation_keys() cascade',
  'drop table attestation_keys',
  'drop index attestations_by_id, attestations_by_sequence',
  'alter table attestations drop constraint attestations_pkey',
  // Its two look-ups are by key, however many chains there are and whatever was known of them when it was planned.
  `create function modei_refuse_taken_places() returns trigger language plpgsql
     set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as
   $$ declare taken text; begin
     select format('place %s of %s', a.chain_index, a.chain_id) into taken
       from added a join chains c on c.chain_id = a.chain_id where a.chain_index <= c.head_index limit 1;
     if taken is null then
       select format('number %s of %s', a.sequence_number, a.sequence_key) into taken
         from added a join counters c on c.workspace_id = a.workspace_id and c.counter_key = a.sequence_key
         where a.sequence_number <= c.sequence_number limit 1;
     end if;
     if taken is not null then raise unique_violation using message = 'duplicate key: ' || taken || ' is taken'; end if;
     return null;
   end $$`,
  `create function modei_refuse_step_back() returns trigger language plpgsql as
   $$ begin raise exception '% only goes forward', tg_table_name; end $$`,
  `create trigger chains_refuse_step_back before update on chains
     for each row when (new.head_index < old.head_index) execute function modei_refuse_step_back()`,
  `create trigger chains_refuse_delete before delete on chains
     for each row execute function modei_refuse_change()`,
  `create trigger counters_refuse_step_back before update on counters
     for each row when (new.sequence_number < old.sequence_number) execute function modei_refuse_step_back()`,
]

/** For a partition that was just made. */
export async function guardPartition<DB>(db: Kysely<DB>, partition: string): Promise<void> {
  await guardPlaces(db, partition)
  await refuseTruncate(db, partition)
}

async function guardPlaces<DB>(db: Kysely<DB>, partition: string): Promise<void> {
  for (const key of [
    'chain_id, chain_index',
    'workspace_id, id',
    'workspace_id, sequence_key, sequence_number',
  ]) {
    await sql.raw(`create unique index on ${partition} (${key})`).execute(db)
  }
  await afterInserts(db, partition, REFUSE_PLACES)
}
