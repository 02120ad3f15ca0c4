import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Row } from '../store.ts'
import { codeOf } from './errors.ts'

const ATTEMPTS = 40
const PAUSE_MS = 250

/** What the database says of a transaction id that it has not given out yet. */
const INVALID_PARAMETER = '22023'

/**
 * Finds out how a transaction ended whose commit was sent over a connection that then broke. The database knows.
 * HAZARD: one that crashed gives an id out again whose transaction left nothing on disk, so an id that was committed
 * may be somebody else's. Only a record of the transaction itself tells.
 * @param record one that it wrote
 * @returns `undefined` when the database cannot be asked for long
 */
export async function transactionOutcome(
  pool: Pool,
  transactionId: string,
  record: Pick<Row<'attestations'>, 'workspace_id' | 'id'>,
): Promise<'committed' | 'aborted' | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const status = await statusOf(pool, transactionId)
      if (status === 'aborted') return 'aborted'
      if (status !== 'in progress') return (await isRecorded(pool, record)) ? 'committed' : 'aborted'
    } catch {
      // Away for the moment, perhaps restarting: what it committed it will still know.
    }
    await delay(PAUSE_MS)
  }
  return undefined
}

async function statusOf(pool: Pool, transactionId: string): Promise<string | null> {
  try {
    const { rows } = await pool.query<{ status: string | null }>(
      'select pg_xact_status($1::xid8) as status',
      [transactionId],
    )
    return rows[0]?.status ?? null
  } catch (error) {
    if (codeOf(error) === INVALID_PARAMETER) return null
    throw error
  }
}

/** Asked after the status, in a statement of its own: the same one would look at the moment before. */
async function isRecorded(
  pool: Pool,
  { workspace_id, id }: Pick<Row<'attestations'>, 'workspace_id' | 'id'>,
): Promise<boolean> {
  const { rows } = await pool.query('select 1 from attestations where workspace_id = $1 and id = $2', [
    workspace_id,
    id,
  ])
  return rows.length > 0
}
