import { ModeiProblem } from '@modei/protocol'
import { BatchUndone, type DecisionEngine, type FlushView } from './flush.ts'
import { FlushBatch } from './flush-batch.ts'
import type { Signer } from './signer.ts'
import type { DecisionJob, Row } from './store.ts'

/** Entries whose chains are flushed together, one batch after the other. */
interface Lane {
  number: number
  queue: Entry[]
  running: Promise<void> | undefined
  /** Batches whose records are on their way to the disk. */
  flying: Set<Promise<void>>
  /** Decisions of these. */
  inFlight: number
  /** Looks again whether enough wait for a batch, where somebody waits for that. */
  lookAgain: (() => void) | undefined
}

interface Entry {
  job: DecisionJob<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** As many decisions that are not answered yet are taken in halves; of fewer a batch takes all that wait. */
const WORTH_HALVES = 16

/** So much of what is on its way has to wait before it is decided in its turn. */
const ENOUGH = 0.7

export interface GroupCommitOptions {
  /** Decisions in one transaction at most. */
  maxBatch: number
  /** Decisions that may wait; beyond that a request is refused with 503. */
  maxQueue: number
  /** Flushes at once, each of chains that no other has; 1 for an engine with one writer. */
  lanes: number
  /** For an engine that writes one batch while the next is decided: lets callers take turns in two halves. */
  halves: boolean
  observer?: FlushObserver | undefined
}

/** What an observer of the log learns of a record. */
export type Recorded = Pick<Row<'attestations'>, 'type' | 'decision'>

/** Told of batches, once for each and not once for each decision. It must not throw. */
export interface FlushObserver {
  /** A batch of this size was answered, its records committed or refused. */
  onFlush(size: number, milliseconds: number): void
  /** These records are on disk. */
  onCommit(records: readonly Recorded[]): void
  /** The database took so long over the commit itself, which waits for the disk. Not told of one that failed. */
  onSync(milliseconds: number): void
}

/**
 * Requests queue; one flush takes all that wait, decides each in order of arrival, signs, commits once
 * and only then answers. While one flush is on its way to the disk the next batch gathers by itself, and is decided
 * as soon as the engine lets it.
 * A chain always belongs to the same lane, in every process: lanes never wait for each other's chains.
 */
export class GroupCommit {
  readonly #engine: DecisionEngine
  readonly #signer: Signer
  readonly #options: GroupCommitOptions
  readonly #lanes: readonly Lane[]
  #waiting = 0
  #closed = false

  constructor(engine: DecisionEngine, signer: Signer, options: GroupCommitOptions) {
    this.#engine = engine
    this.#signer = signer
    this.#options = options
    this.#lanes = Array.from({ length: options.lanes }, (_, number) => ({
      number,
      queue: [],
      running: undefined,
      flying: new Set(),
      inFlight: 0,
      lookAgain: undefined,
    }))
  }

  get waiting(): number {
    return this.#waiting
  }

  decide<T>(job: DecisionJob<T>): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new ModeiProblem('unavailable', 'the server is shutting down', { retryAfter: 1 }))
    }
    if (this.#waiting >= this.#options.maxQueue) {
      return Promise.reject(
        new ModeiProblem('unavailable', 'too many decisions are waiting', { retryAfter: 1 }),
      )
    }
    const lane = this.#lanes[hashOf(job.chain_id) % this.#lanes.length]
    if (lane === undefined) throw new RangeError('there is no lane')
    return new Promise<T>((resolve, reject) => {
      // The entry keeps the job's own result type: `resolve` only ever gets what this job's `result` made.
      lane.queue.push({ job, resolve: (value) => resolve(value as T), reject })
      this.#waiting += 1
      lane.running ??= this.#run(lane)
      lane.lookAgain?.()
    })
  }

  /** Takes nothing more, and resolves when all that waited is answered. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#lanes.some(({ running, flying }) => running !== undefined || flying.size > 0)) {
      await Promise.all(this.#lanes.flatMap(({ running, flying }) => [running, ...flying]))
    }
  }

  async #run(lane: Lane): Promise<void> {
    // One turn of the event loop lets requests that arrived together share the first flush.
    await new Promise<void>((resolve) => setImmediate(resolve))
    for (let isBusy = false; lane.queue.length > 0; isBusy = true) {
      if (this.#options.halves) await otherHalf(lane)
      await new Promise<void>((next) => {
        const landed = this.#timedFlush(lane, isBusy, next).finally(() => {
          lane.flying.delete(landed)
          next()
        })
        lane.flying.add(landed)
      })
    }
    lane.running = undefined
  }

  async #timedFlush(lane: Lane, isBusy: boolean, next: () => void): Promise<void> {
    const started = performance.now()
    let batch: readonly Entry[] | undefined
    const take = () => {
      batch ??= this.#takeBatch(lane)
      return batch
    }
    await this.#flush(take, lane.number, isBusy, next)
    const { length } = take()
    lane.inFlight -= length
    lane.lookAgain?.()
    this.#options.observer?.onFlush(length, performance.now() - started)
  }

  /** Of a lane one flush at a time gathers, so what it began for is still there. */
  #takeBatch(lane: Lane): Entry[] {
    const { maxBatch, halves } = this.#options
    const half = halves && isWorthHalves(lane) ? Math.ceil(unansweredOf(lane) / 2) : maxBatch
    const batch = lane.queue.splice(0, Math.min(half, maxBatch))
    this.#waiting -= batch.length
    lane.inFlight += batch.length
    for (const { job } of batch) job.onBatch?.(batch.length)
    return batch
  }

  async #flush(
    entries: () => readonly Entry[],
    lane: number,
    isBusy: boolean,
    next: () => void,
  ): Promise<void> {
    let batch = new FlushBatch(this.#signer)
    const take = () => entries().map(({ job }) => job)
    try {
      const decide = async (view: FlushView) => {
        // The engine may try again, which decides anew from what then stands in the database.
        batch = new FlushBatch(this.#signer)
        await batch.decide(take(), view)
        return batch
      }
      await this.#engine.flush({ lane, isBusy, take }, decide, next)
    } catch (error) {
      if (error instanceof BatchUndone) return this.#flush(entries, lane, isBusy, next)
      const refused = entries()
      if (refused.length === 1 || isAway(error)) {
        for (const entry of refused) entry.reject(storeFailure(error))
        return
      }
      // One bad row must not refuse its neighbours: nothing was written, so each half is tried by itself.
      const middle = Math.ceil(refused.length / 2)
      await this.#flush(() => refused.slice(0, middle), lane, isBusy, next)
      await this.#flush(() => refused.slice(middle), lane, isBusy, next)
      return
    }
    this.#options.observer?.onCommit(batch.writes.attestations)
    entries().forEach((entry, index) => {
      const outcome = batch.outcomes[index]
      if (outcome === undefined) entry.reject(new ModeiProblem('internal', 'the decision was lost'))
      else if (outcome.ok) entry.resolve(outcome.value)
      else entry.reject(outcome.error)
    })
  }
}

/** Decisions that somebody waits for. */
function unansweredOf({ queue, inFlight }: Lane): number {
  return queue.length + inFlight
}

function isWorthHalves(lane: Lane): boolean {
  return unansweredOf(lane) >= WORTH_HALVES
}

/**
 * Resolves when as good as a half waits to be decided, the other being on its way to the disk, or when nothing is. Those
 * who are answered together come back together: without it all are in one batch soon, and the thread that decides and
 * the one that writes wait for each other by turns.
 */
function otherHalf(lane: Lane): Promise<void> {
  return new Promise((resolve) => {
    lane.lookAgain = () => {
      if (isWorthHalves(lane) && lane.queue.length < lane.inFlight * ENOUGH) return
      lane.lookAgain = undefined
      resolve()
    }
    lane.lookAgain()
  })
}

/** Spreads ids evenly over small numbers, alike in every process. */
function hashOf(id: string): number {
  let hash = 0
  for (let i = 0; i < id.length; i += 1) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0
  return hash
}

/** The database cannot be had at all: smaller batches would not fare better. */
function isAway(error: unknown): boolean {
  return error instanceof ModeiProblem && error.code === 'unavailable'
}

function storeFailure(error: unknown): unknown {
  return error instanceof ModeiProblem
    ? error
    : new ModeiProblem('unavailable', 'the decision could not be recorded', { retryAfter: 1, cause: error })
}
