import type { Pool } from 'pg'
import { translated } from './errors.ts'

/** The database's clock in whole Unix milliseconds. */
export const NOW = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint'

export async function databaseTime(pool: Pool): Promise<number> {
  try {
    const { rows } = await pool.query<{ now: number }>(`select ${NOW} as now`)
    const [moment] = rows
    if (moment === undefined) throw new Error('the database told no time')
    return moment.now
  } catch (error) {
    throw translated(error)
  }
}
