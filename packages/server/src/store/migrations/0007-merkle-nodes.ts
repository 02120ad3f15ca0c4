import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'
import { refuseChanges } from './immutable.ts'

const statement = `create table merkle_nodes (
  chain_id text not null, level bigint not null, node_index bigint not null, hash text not null,
  primary key (chain_id, level, node_index))`

export function merkleNodes(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await define(db, engine, statement)
      await refuseChanges(db, engine, 'merkle_nodes')
    },
  }
}
