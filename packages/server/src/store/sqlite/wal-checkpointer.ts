import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ThreadCalls, threadFile } from '../../thread-calls.ts'
import { AUTO_CHECKPOINT_PAGES } from './connection.ts'

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

/** Pages until it is tried again: a reader that still needs the log keeps it from beginning anew. */
const STEP = 100

/**
 * Keeps the write-ahead log short without making commits wait: a thread copies what is in it while batches go on being
 * written, and only what came meanwhile is copied between two commits. The thread alone could not end it, since a log
 * begins anew only when all of it is copied.
 * Source: SQLite, "Write-Ahead Logging", sections 2.3 and 6.
 */
export class WalCheckpointer {
  readonly #db: DatabaseSync
  readonly #state: StatementSync
  readonly #limits: WalLimits
  readonly #thread: ThreadCalls<null, null>
  #copying = false
  #tryFrom: number

  /** @param db a connection that writes to `file` */
  constructor(db: DatabaseSync, file: string, limits = LIMITS) {
    this.#db = db
    this.#state = db.prepare('pragma wal_checkpoint(noop)')
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
    const state = this.#state.get()
    const log = Number(state?.log)
    if (log < this.#limits.from) this.#tryFrom = this.#limits.from
    if (this.#copying || log < this.#tryFrom) return
    this.#tryFrom = log + STEP
    // The longer it is already, the more of it is copied here: a slow disk might never leave as little as `rest`.
    const { from, rest } = this.#limits
    const uncopied = log - Number(state?.checkpointed)
    if (uncopied <= rest + (log - from) / 8) this.#db.exec('pragma wal_checkpoint(passive)')
    else void this.#copy()
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
