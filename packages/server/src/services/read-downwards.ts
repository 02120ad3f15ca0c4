import { type SelectQueryBuilder, type Simplify, type SqlBool, sql } from 'kysely'
import type { Services } from './services.ts'

/** As many records as one statement looks at: some tens of milliseconds where the database is on the same machine. */
export const SLICE = 20_000

/**
 * Reads numbered records from the newest down until there are enough, however few match. In slices, so that those who
 * read have turns, and the embedded database's write-ahead log can end in between.
 * @param below the number above the newest one that is asked for
 * @param read the matching records of some numbers, newest first
 */
export async function readDownwards<R>(
  below: number,
  limit: number,
  read: (slice: { from: number; below: number; limit: number }) => Promise<R[]>,
): Promise<R[]> {
  const rows: R[] = []
  for (let end = below; end > 1 && rows.length < limit; end -= SLICE) {
    rows.push(...(await read({ from: end - SLICE, below: end, limit: limit - rows.length })))
  }
  return rows
}

/** As {@link readDownwards}, the rows of a query that `column` numbers. */
export function newestRows<DB, TB extends keyof DB, R>(
  query: SelectQueryBuilder<DB, TB, R>,
  column: string,
  below: number,
  limit: number,
): Promise<Simplify<R>[]> {
  const number = sql.ref(column)
  return readDownwards(below, limit, (slice) =>
    query
      .where(sql<SqlBool>`${number} >= ${slice.from} and ${number} < ${slice.below}`)
      .orderBy(number, 'desc')
      .limit(slice.limit)
      .execute(),
  )
}

/** The number of the newest record under a sequence key. */
export async function newestNumber(
  { store }: Pick<Services, 'store'>,
  workspaceId: string,
  sequenceKey: string,
): Promise<number | undefined> {
  const row = await store.read
    .selectFrom('counters')
    .select('sequence_number')
    .where('workspace_id', '=', workspaceId)
    .where('counter_key', '=', sequenceKey)
    .executeTakeFirst()
  return row?.sequence_number
}
