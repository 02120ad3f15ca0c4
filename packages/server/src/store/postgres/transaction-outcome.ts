import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'

const ATTEMPTS = 40
const PAUSE_MS = 250

/**
 * Finds out how a transaction ended whose commit was sent over a connection that then broke. The database knows.
 * @returns `undefined` when it cannot be asked, or does not know, for long
 */
export async function transactionOutcome(
  pool: Pool,
  transactionId: string,
): Promise<'committed' | 'aborted' | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const { rows } = await pool.query<{ status: string | null }>(
        'select pg_xact_status($1::xid8) as status',
        [transactionId],
      )
      const status = rows[0]?.status
      if (status === 'committed' || status === 'aborted') return status
    } catch {
      // Away for the moment, perhaps restarting: what it committed it will still know.
    }
    await delay(PAUSE_MS)
  }
  return undefined
}
