import type { DatabaseSync } from 'node:sqlite'
import { ModeiProblem } from '@modei/protocol'
import { ThreadCalls, ThreadDied, threadFile, WORTH_A_THREAD } from '../../thread-calls.ts'
import {
  BatchUndone,
  type DecidedBatch,
  type DecisionEngine,
  type FlushView,
  type Gathering,
} from '../flush.ts'
import type { Mutex } from '../mutex.ts'
import { GivenKeys, type Signer } from '../signer.ts'
import type { DecisionJob } from '../store.ts'
import { translated } from './errors.ts'
import { type Flight, Flights, type Land } from './flights.ts'
import { type KeptRows, SqliteFlushView, SqliteLookups } from './flush-view.ts'
import type { WalCheckpointer } from './wal-checkpointer.ts'
import type { WriteRequest, WriteThreadData, Written } from './write-thread.ts'
import { recordValues, SqliteWriter, type StateValues, stateValues } from './writer.ts'

export interface SqliteEngineParts {
  thread: WriteThreadData
  /** The one connection of this thread that writes. */
  db: DatabaseSync
  /** Of that connection. */
  wal: WalCheckpointer
  kept: KeptRows
  lock: Mutex
  /** Unix milliseconds. */
  clock(): number
  signer: Signer
  /** Told how long each commit took. It must not throw. */
  onSync(milliseconds: number): void
}

type Place = Pick<WriteRequest, 'number' | 'after'>

/**
 * Decides a batch in memory while it holds the one write lock of the process. Then a thread signs it and writes it in a
 * single transaction, while the next is decided on what this one is going to leave.
 * INVARIANT: no other writer of these tables runs between the reads and the commit, because every other write of this
 * process takes the same lock and waits for the batches in flight, and a lock file keeps a second server out.
 * INVARIANT: a batch commits only after the one before it has. When one fails, all that were decided on it are undone.
 */
export class SqliteDecisionEngine implements DecisionEngine {
  readonly #lock: Mutex
  readonly #clock: () => number
  readonly #lookups: SqliteLookups
  readonly #kept: KeptRows
  readonly #writer: SqliteWriter
  readonly #signer: Signer
  readonly #onSync: (milliseconds: number) => void
  readonly #thread: ThreadCalls<WriteRequest, Written>
  readonly #given = new GivenKeys()
  readonly #flights = new Flights()
  #numbered = 0

  constructor(parts: SqliteEngineParts) {
    const { thread, db, wal, kept, lock, clock, signer, onSync } = parts
    this.#kept = kept
    this.#lock = lock
    this.#clock = clock
    this.#signer = signer
    this.#onSync = onSync
    this.#lookups = new SqliteLookups(db)
    this.#writer = new SqliteWriter(db, wal)
    const file = threadFile(import.meta.url, './write-thread')
    this.#thread = new ThreadCalls(file, thread, () => this.#given.forget())
  }

  async flush(
    gathering: Gathering,
    work: (view: FlushView) => Promise<DecidedBatch>,
    next: () => void,
  ): Promise<void> {
    try {
      const { landed } = await this.#lock.run(() => this.#decide(gathering.take(), work))
      this.#flights.whenRoom(next)
      await landed
    } catch (error) {
      throw translated(error)
    }
  }

  /**
   * Resolves when no batch is in flight, and what stays in memory is what stands in the database. To be called under the
   * lock, for it lets no other batch begin.
   */
  async settle(): Promise<void> {
    await this.#flights.landed
    if (this.#flights.failed) {
      this.#kept.forget()
      this.#flights.recover()
    }
  }

  close(): Promise<void> {
    return this.#thread.close()
  }

  /** Resolves when the batch is decided, with the promise of its records on the disk. */
  async #decide(
    jobs: readonly DecisionJob<unknown>[],
    work: (view: FlushView) => Promise<DecidedBatch>,
  ): Promise<{ landed: Promise<void> }> {
    // The answer to a repeat is made when its first is sealed.
    const repeats = jobs.some(({ idempotency }) => idempotency !== null && this.#flights.claims(idempotency))
    if (repeats || this.#flights.failed) await this.settle()
    // Known before deciding: should the batch fail meanwhile that this one is decided on, it is gone from the flights.
    const base = this.#flights.newest
    const view = new SqliteFlushView(this.#lookups, this.#kept, this.#flights, this.#clock())
    try {
      return this.#begin(jobs, await work(view), base)
    } catch (error) {
      // Rows in memory may have changed already.
      this.#flights.fail()
      throw error
    }
  }

  #begin(
    jobs: readonly DecisionJob<unknown>[],
    batch: DecidedBatch,
    base: Flight | undefined,
  ): { landed: Promise<void> } {
    // Taken now: the rows change with the next batch.
    const state = stateValues(batch.writes)
    const records = batch.writes.attestations.length
    const isShort = records < WORTH_A_THREAD && base === undefined
    const isSent = records > 0 && !isShort && !batch.storesAnswers && base?.number !== null
    this.#numbered += 1
    const number = this.#numbered
    const land = isSent
      ? this.#send(batch, state, { number, after: base?.number ?? null })
      : this.#sealAndWrite(batch, state, isShort ? null : { number, after: null })
    const flight = { jobs, writes: batch.writes, number: isSent ? number : null, isShort }
    return { landed: this.#flights.add(flight, land) }
  }

  /** Lets the thread sign and write, one batch after the other, without waiting here for the one before. */
  #send(batch: DecidedBatch, state: StateValues, place: Place): Land {
    const written = this.#write(batch, state, this.#signer.deliver(batch.keys, this.#given), place)
    return async (before) => {
      const [signed] = await Promise.allSettled([written])
      const stands = await before
      if (signed.status === 'rejected') {
        // What a thread did before it died is not known, so such a batch is not tried again.
        throw stands || isOutcomeUnknown(signed.reason) ? signed.reason : new BatchUndone()
      }
      batch.sealRecorded(signed.value)
    }
  }

  /** Signs while the batch before is written, then writes: by the thread, or here where it has no place there. */
  #sealAndWrite(batch: DecidedBatch, state: StateValues, place: Place | null): Land {
    const sealing = batch.writes.attestations.length === 0 ? Promise.resolve() : batch.seal()
    return async (before) => {
      const [sealed] = await Promise.allSettled([sealing])
      if (!(await before)) throw new BatchUndone()
      if (sealed.status === 'rejected') throw sealed.reason
      if (batch.writes.attestations.length === 0) return
      if (place !== null) await this.#write(batch, state, null, place)
      else this.#onSync(this.#writer.commit({ ...state, ...recordValues(batch.writes) }))
    }
  }

  async #write(
    batch: DecidedBatch,
    state: StateValues,
    sign: WriteRequest['sign'],
    place: Place,
  ): Promise<string[]> {
    try {
      const values = { ...state, ...recordValues(batch.writes) }
      const { signatures, sync_ms } = await this.#thread.call({ values, sign, ...place })
      this.#onSync(sync_ms)
      return signatures
    } catch (error) {
      if (!(error instanceof ThreadDied)) throw error
      // It may have committed before it died, so nothing here may try the batch again.
      throw new ModeiProblem('unavailable', 'the decision may not have been recorded', {
        retryAfter: 1,
        cause: error,
      })
    }
  }
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof ModeiProblem && error.cause instanceof ThreadDied
}
