import type { DatabaseSync } from 'node:sqlite'
import { ModeiProblem } from '@modei/protocol'
import { ThreadCalls, ThreadDied, threadFile, WORTH_A_THREAD } from '../../thread-calls.ts'
import type { DecisionEngine, FlushView, FlushWrites } from '../flush.ts'
import type { Mutex } from '../mutex.ts'
import type { DecisionJob } from '../store.ts'
import { translated } from './errors.ts'
import { type KeptRows, SqliteFlushView, SqliteLookups } from './flush-view.ts'
import type { WriteThreadData } from './write-thread.ts'
import { SqliteWriter, type WriteValues, writeValues } from './writer.ts'

export interface SqliteEngineParts {
  thread: WriteThreadData
  db: DatabaseSync
  kept: KeptRows
  lock: Mutex
  clock(): number
  /** Told how long each commit took. It must not throw. */
  onSync(milliseconds: number): void
}

/**
 * Decides in memory while it holds the one write lock of the process, then writes in a single transaction.
 * INVARIANT: no other writer of these tables runs between the reads and the commit, because every write of this
 * process takes the same lock and a lock file keeps a second server out.
 */
export class SqliteDecisionEngine implements DecisionEngine {
  readonly #lock: Mutex
  readonly #clock: () => number
  readonly #lookups: SqliteLookups
  readonly #kept: KeptRows
  readonly #writer: SqliteWriter
  readonly #thread: ThreadCalls<WriteValues, number>
  readonly #onSync: (milliseconds: number) => void

  constructor({ thread, db, kept, lock, clock, onSync }: SqliteEngineParts) {
    this.#kept = kept
    this.#lock = lock
    this.#clock = clock
    this.#onSync = onSync
    this.#lookups = new SqliteLookups(db)
    this.#writer = new SqliteWriter(db)
    this.#thread = new ThreadCalls(threadFile(import.meta.url, './write-thread'), thread)
  }

  flush(
    _jobs: readonly DecisionJob<unknown>[],
    work: (view: FlushView) => Promise<FlushWrites>,
  ): Promise<void> {
    return this.#lock.run(async () => {
      try {
        await this.#commit(await work(new SqliteFlushView(this.#lookups, this.#kept, this.#clock())))
      } catch (error) {
        this.#kept.forget()
        throw translated(error)
      }
    })
  }

  close(): Promise<void> {
    return this.#thread.close()
  }

  async #commit(writes: FlushWrites): Promise<void> {
    if (writes.attestations.length >= WORTH_A_THREAD)
      this.#onSync(await this.#commitOnThread(writeValues(writes)))
    else if (writes.attestations.length > 0) this.#onSync(this.#writer.commit(writeValues(writes)))
  }

  async #commitOnThread(values: WriteValues): Promise<number> {
    try {
      return await this.#thread.call(values)
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
