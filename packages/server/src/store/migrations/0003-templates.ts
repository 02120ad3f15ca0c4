import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'

const statements = [
  `create table constraint_templates (
    workspace_id text not null references workspaces (id), slug text not null, name text not null,
    description text, category text, icon text, constraints text not null, created_at bigint not null,
    primary key (workspace_id, slug))`,
  'create index constraint_templates_by_time on constraint_templates (workspace_id, created_at, slug)',
]

export function templates(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await define(db, engine, statement)
    },
  }
}
