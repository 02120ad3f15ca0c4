import { ModeiProblem } from '@modei/protocol'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Position } from '../http/page.ts'

/** The rows after a position in a list of `table` ordered by `created_at desc, id desc`. */
export function before(position: Position | undefined, table: string): RawBuilder<SqlBool> {
  const { at, id } = position ?? { at: Number.MAX_SAFE_INTEGER, id: '' }
  const createdAt = sql.ref(`${table}.created_at`)
  return sql<SqlBool>`(${createdAt} < ${at} or (${createdAt} = ${at} and ${sql.ref(`${table}.id`)} < ${id}))`
}

/** A position in a list that is numbered downwards: items of lower numbers follow. */
export function indexCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw new ModeiProblem('request_invalid', '`cursor` is not one that this server returned', {
    errors: [{ pointer: '/query/cursor', message: 'is not one that this server returned' }],
  })
}

/** The number above all that such a list goes on with, whose newest item has the number `newest`. */
export function belowCursor(cursor: string | undefined, newest = 0): number {
  return Math.min(indexCursor(cursor) ?? Number.MAX_SAFE_INTEGER, newest + 1)
}
