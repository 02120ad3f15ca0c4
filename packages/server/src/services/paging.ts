import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Position } from '../http/page.ts'

/** The rows after a position in a list of `table` ordered by `created_at desc, id desc`. */
export function before(position: Position | undefined, table: string): RawBuilder<SqlBool> {
  const { at, id } = position ?? { at: Number.MAX_SAFE_INTEGER, id: '' }
  const createdAt = sql.ref(`${table}.created_at`)
  return sql<SqlBool>`(${createdAt} < ${at} or (${createdAt} = ${at} and ${sql.ref(`${table}.id`)} < ${id}))`
}
