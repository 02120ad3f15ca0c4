import { setTimeout as delay } from 'node:timers/promises'
import { ModeiProblem } from '@modei/protocol'
import type { Pool, PoolClient } from 'pg'
import type { DecidedBatch, DecisionEngine, FlushView, FlushWrites, Gathering } from '../flush.ts'
import { isConnectionLost, isLockTimeout, isUnstorable, lostRace, translated } from './errors.ts'
import { inOnePiece } from './in-one-piece.ts'
import { checkOut } from './pool.ts'
import { type OpenFlush, openFlush } from './read-flush.ts'
import type { StatementNames } from './statement-names.ts'
import { transactionOutcome } from './transaction-outcome.ts'
import { wantedRows } from './wanted-rows.ts'
import { flushStatements, send } from './write-flush.ts'

const MAX_ATTEMPTS = 4

/** The first half of a lane's advisory lock; chosen once, at random. */
export const LANE_LOCKS = 1_297_040_451

export interface PostgresEngineParts {
  /** Pipelining connections for flushes alone, so that reads never keep a decision waiting. */
  flushes: Pool
  /** Any other connections: to ask how a commit ended whose connection broke. */
  others: Pool
  names: StatementNames
  /** Begins a transaction and sets its time-outs. */
  begin: string
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
    const client = await checkOut(this.#parts.flushes)
    let isOpen = true
    try {
      const begun = inOnePiece(client, () => client.query(this.#parts.begin))
      if (takesTurns) await Promise.all([begun, this.#turn(client, gathering.lane)])
      const flush = await openFlush(client, this.#parts, wantedRows(gathering.take()), begun)
      const batch = await work(flush.view)
      const { writes } = batch
      if (writes.attestations.length === 0) return
      await batch.seal()
      isOpen = false
      const committed = this.#commit(client, flush, writes)
      // One that waited for its turn has it until it ends, so the next one may queue behind it.
      if (takesTurns) next()
      await committed
      this.#parts.onTime(flush.view.now)
    } catch (error) {
      if (isOpen && isConnectionLost(error))
        throw new NothingWritten('the connection broke', { cause: error })
      throw error
    } finally {
      client.release(await (isOpen ? rollback(client) : brokenIn(client)))
    }
  }

  /**
   * Waits until no other flush that does so in this lane, of any process, is between this and its end. It keeps nothing
   * right, the locks of rows do that: but what comes while one waits goes with it.
   */
  #turn(client: PoolClient, lane: number): Promise<unknown> {
    const text = "select set_config('lock_timeout', $1, true), pg_advisory_xact_lock($2::int, $3::int)"
    const name = this.#parts.names.nameOf(text)
    return inOnePiece(client, () =>
      client.query({ name, text, values: [`${this.#parts.turnTimeoutMs}`, LANE_LOCKS, lane] }),
    )
  }

  async #commit(client: PoolClient, { view, transaction_id }: OpenFlush, writes: FlushWrites): Promise<void> {
    const { statements, committing } = inOnePiece(client, () => ({
      statements: flushStatements(writes, view).map((one) => send(client, one, this.#parts.names)),
      // Sent behind them at once: after a statement that failed, the server answers a commit with a rollback.
      committing: client.query('commit'),
    }))
    // It runs once the last statement before it was answered. Of one that failed the time does not count.
    let started = performance.now()
    statements.at(-1)?.then(() => (started = performance.now()), ignore)
    const [ended, ...written] = await Promise.allSettled([committing, ...statements])
    const failure = written.find((result) => result.status === 'rejected')
    if (ended.status === 'fulfilled') {
      if (ended.value.command === 'COMMIT') return this.#parts.onSync(performance.now() - started)
      throw failure?.reason ?? new Error('the database rolled a flush back')
    }
    const [record] = writes.attestations
    if (!isConnectionLost(ended.reason) || record === undefined) throw failure?.reason ?? ended.reason
    const outcome = await transactionOutcome(this.#parts.others, transaction_id, record)
    if (outcome === 'committed') return
    if (outcome === 'aborted') throw new NothingWritten('the connection broke', { cause: ended.reason })
    throw new ModeiProblem(
      'unavailable',
      'the database was lost while it recorded the decision: repeat the request with its idempotency key',
      {
        retryAfter: 5,
        cause: ended.reason,
      },
    )
  }
}

function ignore(): void {}

/** @returns an error when the connection is no longer good for anything */
async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('the connection broke')
  }
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
