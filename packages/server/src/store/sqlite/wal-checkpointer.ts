import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ThreadCalls, threadFile } from '../../thread-calls.ts'
import { AUTO_CHECKPOINT_PAGES, CHECKPOINTS_ASIDE } from './connection.ts'

export interface WalLimits {
  /** Pages of the write-ahead log from which on it is copied into the database. */
  from: number
  /** So few that are not copied yet are copied between two commits, so that the log can begin anew. */
  rest: number
}

/**
 * Rarely, so that a page which many batches change is copied once for all of them; well before the connection itself
 * does all of it within a commit.
 */
const LIMITS: WalLimits = { from: AUTO_CHECKPOINT_PAGES / 2, rest: 500 }

/** Pages until copying is tried again; twice as many each time that a reader which needs the log let none be copied. */
const FIRST_STEP = 100

/** Answers how many pages are in the log, and copies none. */
const LENGTH = 'pragma wal_checkpoint(noop)'

/** How often, and milliseconds in between, until no other checkpoint and no commit is under way. */
const TRIES = 20
const PAUSE_MS = 3

/**
 * Ends a log that is long, in a moment without a reader: readers that follow each other closely would keep it for ever.
 * Commits wait while the last pages are copied. Where somebody else reads, nothing is done.
 * @param db a connection of its own, which writes, of a thread that may wait
 */
export function endLongLog(db: DatabaseSync, from = LIMITS.from): void {
  if (!CHECKPOINTS_ASIDE || Number(db.prepare(LENGTH).get()?.log) < from) return
  // Most of it while commits go on. Then, not to wait for readers with the write lock in hand, it waits for nobody.
  db.exec('pragma wal_checkpoint(passive); pragma busy_timeout = 0')
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (db.prepare('pragma wal_checkpoint(truncate)').get()?.busy === 0) return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
  }
}

/**
 * Keeps the write-ahead log short without making commits wait: a thread copies what is in it while batches go on being
 * written, and only what came meanwhile is copied between two commits. The thread alone could not end it, since a log
 * begins anew only when all of it is copied.
 * Source: SQLite, "Write-Ahead Logging", sections 2.3 and 6.
 */
export class WalCheckpointer {
  readonly #db: DatabaseSync
  readonly #state: StatementSync | undefined
  readonly #limits: WalLimits
  readonly #thread: ThreadCalls<null, null>
  #copying = false
  #tryFrom: number
  #step = FIRST_STEP
  #copied = -1

  /** @param db a connection that writes to `file` */
  constructor(db: DatabaseSync, file: string, limits = LIMITS) {
    this.#db = db
    this.#state = CHECKPOINTS_ASIDE ? db.prepare(LENGTH) : undefined
    this.#limits = limits
    this.#thread = new ThreadCalls(threadFile(import.meta.url, './wal-checkpoint-thread'), file)
    this.#tryFrom = limits.from
  }

  /** To be called after each commit of the connection, on which it has no say any more: it never throws. */
  afterCommit(): void {
    try {
      this.#keepShort()
    } catch {
      // Nothing is lost while the log is longer: it is tried again, and once it is too long by the connection itself.
    }
  }

  close(): Promise<void> {
    return this.#thread.close()
  }

  #keepShort(): void {
    if (this.#state === undefined) return
    const state = this.#state.get()
    const log = Number(state?.log)
    const copied = Number(state?.checkpointed)
    const { from, rest } = this.#limits
    if (log < from) this.#tryFrom = from
    if (this.#copying || log < this.#tryFrom) return
    this.#step = copied === this.#copied ? this.#step * 2 : FIRST_STEP
    this.#copied = copied
    // The longer it is already, the more of it is copied here: a slow disk might never leave as little as `rest`.
    if (log - copied <= rest + (log - from) / 8) {
      // A reader may keep it from beginning anew though all is copied, and here each try takes time.
      this.#tryFrom = log + from / 32
      this.#db.exec('pragma wal_checkpoint(passive)')
    } else {
      this.#tryFrom = log + this.#step
      void this.#copy()
    }
  }

  async #copy(): Promise<void> {
    this.#copying = true
    try {
      await this.#thread.call(null)
    } catch {
      // As above.
    } finally {
      this.#copying = false
    }
  }
}
