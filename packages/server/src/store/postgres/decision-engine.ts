import { setTimeout as delay } from 'node:timers/promises'
import { ModeiProblem } from '@modei/protocol'
import type { Pool, PoolClient } from 'pg'
import type { DecidedBatch, DecisionEngine, FlushView, FlushWrites, Gathering } from '../flush.ts'
import { isConnectionLost, isLockTimeout, isUnstorable, lostRace, translated } from './errors.ts'
import { checkOut } from './pool.ts'
import { type OpenFlush, openFlush } from './read-flush.ts'
import { roundTrip, type Statement, type TripOptions } from './round-trip.ts'
import { transactionOutcome } from './transaction-outcome.ts'
import { wantedRows } from './wanted-rows.ts'
import { flushStatements } from './write-flush.ts'

const MAX_ATTEMPTS = 4

/** The first half of a lane's advisory lock; chosen once, at random. */
export const LANE_LOCKS = 1_297_040_451

const COMMIT: Statement = { text: 'commit', parameters: [], reads: false }
const ROLLBACK: Statement = { text: 'rollback', parameters: [], reads: false }

export interface PostgresEngineParts extends TripOptions {
  /** Connections for flushes alone, so that reads never keep a decision waiting. */
  flushes: Pool
  /** Any other connections: to ask how a commit ended whose connection broke. */
  others: Pool
  /** Begin a transaction and set its time-outs. */
  begin: readonly Statement[]
  /**
   * Milliseconds that a flush which takes turns waits for any lock. Those behind it may have nothing to do with what it
   * waits for, so it lets them go on then, and tries again out of turn, with all the time that a flush has.
   */
  turnTimeoutMs: number
  /** Makes the database's time the one that counts. */
  clock(databaseTime: number): number
  /** Told the time of every flush. */
  onTime(now: number): void
  /** Told how long each commit took. It must not throw. */
  onSync(milliseconds: number): void
}

/** The transaction surely left nothing behind; doing the same again can succeed. */
class NothingWritten extends Error {
  override readonly name = 'NothingWritten'
}

/**
 * One transaction per flush and two round trips: begin, lock and read; then, with everything decided and signed,
 * write and commit. On a busy lane a third goes before, which waits for its turn while the flush before commits.
 */
export class PostgresDecisionEngine implements DecisionEngine {
  readonly #parts: PostgresEngineParts

  constructor(parts: PostgresEngineParts) {
    this.#parts = parts
  }

  async flush(
    gathering: Gathering,
    work: (view: FlushView) => Promise<DecidedBatch>,
    next: () => void,
  ): Promise<void> {
    let takesTurns = gathering.isBusy
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(gathering, takesTurns, work, next)
      } catch (error) {
        if (takesTurns && isLockTimeout(error)) {
          takesTurns = false
          continue
        }
        const again =
          error instanceof NothingWritten || lostRace(error) || this.#parts.names.wereRefused(error)
        if (!again || attempt === MAX_ATTEMPTS) throw problemOf(error)
        await delay(Math.random() * 10 * attempt)
      }
    }
  }

  async #attempt(
    gathering: Gathering,
    takesTurns: boolean,
    work: (view: FlushView) => Promise<DecidedBatch>,
    next: () => void,
  ): Promise<void> {
    const { flushes, begin } = this.#parts
    const client = await checkOut(flushes)
    let isOpen = true
    let loss: Error | undefined
    try {
      if (takesTurns) await roundTrip(client, [...begin, this.#turn(gathering.lane)], this.#parts)
      const before = takesTurns ? [] : begin
      const flush = await openFlush(client, this.#parts, wantedRows(gathering.take()), before)
      const batch = await work(flush.view)
      const { writes } = batch
      if (writes.attestations.length === 0) return
      await batch.seal()
      const committed = this.#commit(client, flush, writes)
      // One that waited for its turn has it until it ends, so the next one may queue behind it.
      if (takesTurns) next()
      await committed
      isOpen = false
      this.#parts.onTime(flush.view.now)
    } catch (error) {
      loss = lossOf(error)
      if (error === loss) throw new NothingWritten('the connection broke', { cause: error })
      throw error
    } finally {
      client.release(loss ?? (await (isOpen ? this.#rollback(client) : brokenIn(client))))
    }
  }

  /**
   * Waits until no other flush that does so in this lane, of any process, is between this and its end. It keeps nothing
   * right, the locks of rows do that: but what comes while one waits goes with it.
   */
  #turn(lane: number): Statement {
    return {
      text: "select set_config('lock_timeout', $1, true), pg_advisory_xact_lock($2::int, $3::int)",
      parameters: [this.#parts.turnTimeoutMs, LANE_LOCKS, lane].map(String),
      reads: false,
    }
  }

  /** @returns an error when the connection is no longer good for anything */
  async #rollback(client: PoolClient): Promise<Error | undefined> {
    try {
      await roundTrip(client, [ROLLBACK], this.#parts)
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error('the connection broke')
    }
  }

  async #commit(client: PoolClient, { view, transaction_id }: OpenFlush, writes: FlushWrites): Promise<void> {
    const { onSync, others } = this.#parts
    let started = performance.now()
    try {
      const results = await roundTrip(
        client,
        [...flushStatements(writes, view), COMMIT],
        this.#parts,
        () => (started = performance.now()),
      )
      if (results.at(-1)?.command !== 'COMMIT') throw new Error('the database rolled a flush back')
      onSync(performance.now() - started)
    } catch (error) {
      const [record] = writes.attestations
      if (!isConnectionLost(error) || record === undefined) throw error
      const outcome = await transactionOutcome(others, transaction_id, record)
      if (outcome === 'committed') return
      if (outcome === 'aborted') throw new NothingWritten('the connection broke', { cause: error })
      throw new ModeiProblem(
        'unavailable',
        'the database was lost while it recorded the decision: repeat the request with its idempotency key',
        { retryAfter: 5, cause: error },
      )
    }
  }
}

/** The error by which the connection was lost, if it was: the one that was thrown, or its cause. */
function lossOf(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  return isConnectionLost(error) ? error : lossOf(error.cause)
}

async function brokenIn(client: PoolClient): Promise<Error | undefined> {
  return client.getTransactionStatus() === 'I'
    ? undefined
    : new Error('the connection is in an unknown state')
}

function problemOf(error: unknown): unknown {
  if (error instanceof NothingWritten) {
    return new ModeiProblem('unavailable', 'the database does not answer', {
      retryAfter: 1,
      cause: error.cause,
    })
  }
  if (isUnstorable(error)) {
    return new ModeiProblem('request_invalid', 'the request holds text that cannot be stored', {
      cause: error,
    })
  }
  return translated(error)
}
