import { setTimeout as delay } from 'node:timers/promises'
import { ModeiProblem } from '@modei/protocol'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'
import { NOW } from './database-time.ts'
import { codeOf, lostRace, translated } from './errors.ts'

const MAX_ATTEMPTS = 15
/** A unique violation that comes back is no race but a row that is there to stay. */
const MAX_UNIQUE_VIOLATIONS = 3

export interface WriteTimeouts {
  statementTimeoutMs: number
  lockTimeoutMs: number
}

/**
 * Runs `work` as if it had the database for itself: what it checks before it writes still holds when it commits.
 * When another process got in between, it runs again from the start and sees what that one wrote.
 */
export async function serializableWrite<T>(
  db: Kysely<Database>,
  timeouts: WriteTimeouts,
  work: (tx: Transaction<Database>, now: number) => Promise<T>,
): Promise<T> {
  let violations = 0
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db
        .transaction()
        .setIsolationLevel('serializable')
        .execute(async (tx) => work(tx, await begin(tx, timeouts)))
    } catch (error) {
      if (!lostRace(error)) throw translated(error)
      violations += codeOf(error) === '23505' ? 1 : 0
      if (violations === MAX_UNIQUE_VIOLATIONS) {
        throw new ModeiProblem('conflict', 'the request conflicts with what is stored', { cause: error })
      }
      if (attempt === MAX_ATTEMPTS) {
        throw new ModeiProblem('unavailable', 'too many requests change the same things', {
          retryAfter: 1,
          cause: error,
        })
      }
      await delay(Math.random() * 4 * attempt)
    }
  }
}

/** Sets the transaction's time-outs and reads the database's clock. */
async function begin(tx: Transaction<Database>, timeouts: WriteTimeouts): Promise<number> {
  const { rows } = await sql<{ now: number }>`
    select set_config('statement_timeout', ${String(timeouts.statementTimeoutMs)}, true),
    set_config('lock_timeout', ${String(timeouts.lockTimeoutMs)}, true),
    set_config('idle_in_transaction_session_timeout', ${String(timeouts.statementTimeoutMs)}, true),
    ${sql.raw(NOW)} as now`.execute(tx)
  const [moment] = rows
  if (moment === undefined) throw new Error('the database told no time')
  return moment.now
}
