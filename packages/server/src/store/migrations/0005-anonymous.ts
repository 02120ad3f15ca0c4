import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'

const statements = [
  `create table anonymous_policies (
    gate_id text primary key references gates (id), workspace_id text not null references workspaces (id),
    enabled bigint not null, allowed_actions text not null, blocked_actions text not null,
    rate_limit_per_minute bigint not null, rate_limit_per_hour bigint not null, read_only bigint not null,
    upgrade_message text, upgrade_url text, updated_at bigint not null)`,
  `create table anonymous_repeats (
    attestation_id text primary key, workspace_id text not null references workspaces (id), count bigint not null)`,
]

export function anonymous(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await define(db, engine, statement)
    },
  }
}
