import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'
import { refuseChanges } from './immutable.ts'

const statement = `create table checkpoints (
  chain_id text not null, chain_index bigint not null, workspace_id text not null references workspaces (id),
  chain_hash text, issued_at bigint not null, checkpoint_json text not null, signature text not null,
  signing_key_id text not null, public_key text not null, primary key (chain_id, chain_index))`

export function checkpoints(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await define(db, engine, statement)
      await refuseChanges(db, engine, 'checkpoints')
    },
  }
}
