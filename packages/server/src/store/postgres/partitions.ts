import { type Kysely, sql } from 'kysely'
import { guardPartition } from '../migrations/0012-places.ts'
import type { Database } from '../schema.ts'

/**
 * Any constant: whoever holds this lock makes or removes partitions. Both wait for locks that shut everybody out, one of
 * the default partition, one of the whole log: two at once, each having read what the other waits for, would stand in
 * each other's way, and whoever reads the log behind them in both.
 */
export const PARTITION_LOCK = 7_025_114_302
const MONTHS_AHEAD = 3

interface Month {
  table: string
  /** Unix milliseconds; the end is not part of it. */
  start: number
  end: number
}

/** The month of a time, Unix milliseconds, or one so many months ahead of it. */
function monthOf(time: number, ahead = 0): Month {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + ahead]
  const start = Date.UTC(year, month)
  const label = new Date(start).toISOString().slice(0, 7).replace('-', '_')
  return { table: `attestations_${label}`, start, end: Date.UTC(year, month + 1) }
}

/** When the month after this one starts. */
export function nextMonth(now: number): number {
  return monthOf(now).end
}

/**
 * Makes the partitions of this month and the next ones, where they are missing. A record of a month without one goes
 * to the default partition, so nothing fails; a month that has records there keeps them there.
 * @returns the tables that were made
 */
export async function makePartitions(db: Kysely<Database>, now: number): Promise<string[]> {
  const wanted = Array.from({ length: MONTHS_AHEAD + 1 }, (_, ahead) => monthOf(now, ahead))
  const made: string[] = []
  for (const month of wanted) {
    if (await exists(db, month.table)) continue
    if (await db.transaction().execute((tx) => makePartition(tx, month))) made.push(month.table)
  }
  return made
}

/** Whether records of this month have a partition of their own. */
export function hasPartition(db: Kysely<Database>, now: number): Promise<boolean> {
  return exists(db, monthOf(now).table)
}

/** Asks the catalog's rows: a look-up by name may answer from a cache that is older than the lock. */
async function exists(db: Kysely<Database>, table: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pg_class where relname = ${table} and relnamespace = current_schema()::regnamespace`.execute(
    db,
  )
  return rows.length > 0
}

async function makePartition(tx: Kysely<Database>, { table, start, end }: Month): Promise<boolean> {
  // Attaching waits for long reads of the default partition, and new reads wait behind it: not for long.
  await sql`select set_config('lock_timeout', '3s', true), pg_advisory_xact_lock(${sql.lit(PARTITION_LOCK)})`.execute(
    tx,
  )
  if (await exists(tx, table)) return false
  const { rows } = await sql<{ found: number }>`
    select 1 as found from attestations_default where created_at >= ${start} and created_at < ${end} limit 1`.execute(
    tx,
  )
  if (rows.length > 0) return false
  // Made by itself and then attached: unlike `partition of`, that lets decisions go on.
  await sql
    .raw(`create table ${table} (like attestations including defaults including constraints)`)
    .execute(tx)
  await sql
    .raw(`alter table attestations attach partition ${table} for values from (${start}) to (${end})`)
    .execute(tx)
  await guardPartition(tx, table)
  return true
}
