import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'
import { refuseChanges } from './immutable.ts'

const tables = {
  merkle_leaves: `create table merkle_leaves (
    chain_id text not null, first_leaf bigint not null, hashes text not null, primary key (chain_id, first_leaf))`,
  retention_statements: `create table retention_statements (
    chain_id text not null, first_kept_index bigint not null, workspace_id text not null references workspaces (id),
    previous_hash text not null, issued_at bigint not null, statement_json text not null, signature text not null,
    signing_key_id text not null, primary key (chain_id, first_kept_index, signing_key_id))`,
  removed_outcomes: `create table removed_outcomes (
    chain_id text not null, chain_index bigint not null, at bigint not null, action text not null,
    outcome text not null, primary key (chain_id, chain_index))`,
}

export function retention(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const [table, statement] of Object.entries(tables)) {
        await define(db, engine, statement)
        await refuseChanges(db, engine, table)
      }
      await define(db, engine, 'create index removed_outcomes_by_time on removed_outcomes (chain_id, at)')
      await define(
        db,
        engine,
        `create table retention_progress (
          chain_id text primary key, chain_index bigint not null, chain_hash text not null)`,
      )
    },
  }
}
