import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'

/**
 * What `0012-places` refuses, looked up once for each chain and each passport of a statement and not once for each of
 * its records: of those that one statement adds to one, the first is behind what stands there if all are.
 */
export function placesAtOnce(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      if (engine === 'postgres') await sql.raw(refuseTakenPlaces).execute(db)
    },
  }
}

const refuseTakenPlaces = `
  create or replace function modei_refuse_taken_places() returns trigger language plpgsql
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off as
  $$ declare taken text; begin
    select format('place %s of %s', a.chain_index, a.chain_id) into taken
      from (select chain_id, min(chain_index) as chain_index from added group by chain_id) a
      join chains c on c.chain_id = a.chain_id where a.chain_index <= c.head_index limit 1;
    if taken is null then
      select format('number %s of %s', a.sequence_number, a.sequence_key) into taken
        from (select workspace_id, sequence_key, min(sequence_number) as sequence_number
              from added group by workspace_id, sequence_key) a
        join counters c on c.workspace_id = a.workspace_id and c.counter_key = a.sequence_key
        where a.sequence_number <= c.sequence_number limit 1;
    end if;
    if taken is not null then raise unique_violation using message = 'duplicate key: ' || taken || ' is taken'; end if;
    return null;
  end $$`
