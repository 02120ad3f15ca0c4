import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'

/**
 * Counters are rewritten with every batch. On PostgreSQL they stay in their pages whole, for a text that is compressed
 * or moved elsewhere costs more than its decision; and pages are left half empty, for the next version of their rows.
 */
export function counterPages(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      if (engine !== 'postgres') return
      await sql.raw('alter table counters set (toast_tuple_target = 8160, fillfactor = 50)').execute(db)
    },
  }
}
