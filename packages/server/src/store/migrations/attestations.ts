import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Engine } from '../store.ts'
import { define } from './define.ts'
import { afterInserts, refuseChanges, refuseTruncate } from './immutable.ts'

const KEEP_KEYS = { name: 'keep_keys', call: 'modei_keep_attestation_keys' }

const columns = `
  chain_id text not null, chain_index bigint not null, chain_hash text not null, workspace_id text not null,
  id text not null, type text not null, gate_id text, passport_id text, sequence_key text not null,
  counter_key text, agent_id text, action text, target text, decision text, reason_code text,
  cost_cents bigint not null, sequence_number bigint not null, created_at bigint not null,
  attestation_json text not null, signature text not null, signing_key_id text not null`

/** The log of decisions: immutable, and on PostgreSQL partitioned by month. */
export async function createAttestations(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'postgres') {
    await createPartitioned(db)
  } else {
    await define(db, engine, `create table attestations (${columns}, primary key (chain_id, chain_index))`)
    await define(db, engine, 'create unique index attestations_by_id on attestations (workspace_id, id)')
    await define(
      db,
      engine,
      'create unique index attestations_by_sequence on attestations (workspace_id, sequence_key, sequence_number)',
    )
  }
  await refuseChanges(db, engine, 'attestations')
}

/**
 * PostgreSQL keeps a key unique within a partition only, so one plain table beside the partitions holds the keys of
 * all of them. INVARIANT: a statement trigger fills it, so no insert of a record gets past its unique constraints.
 */
async function createPartitioned(db: Kysely<unknown>): Promise<void> {
  const statements = [
    `create table attestations (${columns}, primary key (chain_id, chain_index, created_at))
     partition by range (created_at)`,
    'create index attestations_by_id on attestations (workspace_id, id)',
    'create index attestations_by_sequence on attestations (workspace_id, sequence_key, sequence_number)',
    `create table attestation_keys (
       chain_id text not null, chain_index bigint not null, workspace_id text not null, id text not null,
       sequence_key text not null, sequence_number bigint not null, primary key (chain_id, chain_index),
       unique (workspace_id, id), unique (workspace_id, sequence_key, sequence_number))`,
    'create table attestations_default partition of attestations default',
  ]
  for (const statement of statements) await define(db, 'postgres', statement)
  await sql
    .raw(
      `create function modei_keep_attestation_keys() returns trigger language plpgsql as
       $$ begin
         insert into attestation_keys (chain_id, chain_index, workspace_id, id, sequence_key, sequence_number)
         select chain_id, chain_index, workspace_id, id, sequence_key, sequence_number from added;
         return null;
       end $$`,
    )
    .execute(db)
  await refuseChanges(db, 'postgres', 'attestation_keys')
  await afterInserts(db, 'attestations', KEEP_KEYS)
  await guardPartition(db, 'attestations_default')
}

async function guardPartition<DB>(db: Kysely<DB>, partition: string): Promise<void> {
  await afterInserts(db, partition, KEEP_KEYS)
  await refuseTruncate(db, partition)
}
