import { type Kysely, sql } from 'kysely'
import type { Database } from '../store/schema.ts'

/** A month of the log that is a partition of its own. */
export interface LogMonth {
  /** As in `2026-03`. */
  month: string
  table: string
  /** Unix milliseconds; the end is not part of it. */
  end: number
}

const NAME = /^attestations_(\d{4})_(\d{2})$/

/** The months of the log, oldest first. The catalog alone names them, so a name is safe to stand in a statement. */
export async function logMonths(db: Kysely<Database>): Promise<LogMonth[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'attestations'::regclass order by c.relname`.execute(db)
  return rows.flatMap(({ name }) => {
    const [, year, month] = NAME.exec(name) ?? []
    if (year === undefined || month === undefined) return []
    return [{ month: `${year}-${month}`, table: name, end: Date.UTC(Number(year), Number(month)) }]
  })
}

/** The moment before which nothing has to be kept: the beginning of the month `keep` months before this one. */
export function keptSince(now: number, keep: number): number {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - keep)
}

export function tableOf({ table }: LogMonth) {
  return sql.table(table)
}
