import { type Kysely, sql, type Transaction } from 'kysely'
import type { SecretBox } from '../secret-box.ts'
import { stateRetention } from '../services/retention-statements.ts'
import { isLockTimeout } from '../store/postgres/errors.ts'
import { PARTITION_LOCK } from '../store/postgres/partitions.ts'
import type { Database } from '../store/schema.ts'
import { type ChainPart, chainsOfMonth } from './chains-of-month.ts'
import { findChainHindrance, findHindrance } from './find-hindrance.ts'
import { Hindered } from './hindrance.ts'
import { keepSums } from './keep-sums.ts'
import { type LogMonth, logMonths, tableOf } from './months.ts'
import { verifiedLink } from './verify-month.ts'

/** Decisions wait while the cut waits for the log, so it does not wait for long. */
const LOCK_TIMEOUT = '1s'

/**
 * Removes a month that is verified: what totals need is copied and every chain's statement is signed in the same
 * transaction, or nothing happens at all.
 * @returns whether this process removed it; false when another one had
 * @throws {Hindered} when something keeps it
 */
export async function cutMonth(
  db: Kysely<Database>,
  box: SecretBox,
  month: LogMonth,
  now: number,
): Promise<boolean> {
  try {
    return await db.transaction().execute((tx) => cut(tx, box, month, now))
  } catch (error) {
    if (isLockTimeout(error)) throw new Hindered('busy', 'the log was in use for too long')
    throw error
  }
}

async function cut(
  tx: Transaction<Database>,
  box: SecretBox,
  month: LogMonth,
  now: number,
): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`
    select set_config('lock_timeout', ${LOCK_TIMEOUT}, true), set_config('statement_timeout', '30s', true),
    set_config('idle_in_transaction_session_timeout', '60s', true),
    pg_try_advisory_xact_lock(${sql.lit(PARTITION_LOCK)}) as mine`.execute(tx)
  if (rows[0]?.mine !== true) throw new Hindered('busy', 'another process makes or removes a month')
  if (!(await logMonths(tx)).some(({ table }) => table === month.table)) return false
  // What is checked from here on stays so: nothing more is written into this month. Decisions write into later ones.
  await sql`lock table ${tableOf(month)} in share mode`.execute(tx)
  const found = await findHindrance(tx, month, now)
  if (found !== undefined) throw new Hindered(found.reason, found.detail)
  for await (const part of chainsOfMonth(tx, month)) {
    await refuseUnready(tx, month, part)
    await stateRetention(box, tx, part, now)
    await keepSums(tx, month, part)
  }
  // The one lock that decisions wait for, taken last: what follows is the work of a moment.
  await sql`lock table only attestations in access exclusive mode`.execute(tx)
  await sql`drop table ${tableOf(month)}`.execute(tx)
  return true
}

async function refuseUnready(tx: Transaction<Database>, month: LogMonth, part: ChainPart): Promise<void> {
  const found = await findChainHindrance(tx, month, part)
  if (found !== undefined) throw new Hindered(found.reason, found.detail)
  const verified = await verifiedLink(tx, part.chain_id)
  if (verified?.chain_index !== part.chain_index || verified.chain_hash !== part.chain_hash) {
    throw new Hindered('unverified', `record ${part.chain_index} of ${part.chain_id} was not verified`)
  }
}
