import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'

const statement = `create table leases (
  name text primary key, holder text not null, expires_at bigint not null, ran_at bigint)`

export function leases(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await define(db, engine, statement)
    },
  }
}
