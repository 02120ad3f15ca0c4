import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Engine } from '../store.ts'

/**
 * Runs one definition, written in the SQL that both engines share: `text` and `bigint` columns.
 * PostgreSQL then compares text byte by byte, as SQLite does: lists come in one order everywhere, and no index
 * depends on the collation library of the machine.
 */
export async function define(db: Kysely<unknown>, engine: Engine, statement: string): Promise<void> {
  const ddl = engine === 'postgres' ? statement.replaceAll(/\btext\b/g, 'text collate "C"') : statement
  await sql.raw(ddl).execute(db)
}
