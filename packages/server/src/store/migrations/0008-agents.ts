import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'

const statements = [
  `create table agents (
    workspace_id text not null references workspaces (id), agent_id text not null, passport_id text not null,
    sdk text, sdk_version text, runtime text, env text, started_at bigint,
    first_seen_at bigint not null, last_seen_at bigint not null, primary key (workspace_id, agent_id))`,
  'create index passports_by_agent on passports (workspace_id, agent_id, created_at)',
  'create index registered_passports_by_key on registered_passports (passport_key)',
]

export function agents(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await define(db, engine, statement)
    },
  }
}
