import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export interface ConnectionOptions {
  readOnly?: boolean
  /** Pages that the file may grow to; as many as the disk holds, unless a test says otherwise. */
  maxPages?: number | undefined
}

/**
 * Whether checkpoints may run beside commits: before 3.51.3 SQLite could lose what was committed then, and before 3.51
 * asking for the length of the log was a checkpoint itself.
 * Source: SQLite, "Write-Ahead Logging", section on the WAL-reset bug, and the release notes of 3.51.0.
 */
export const CHECKPOINTS_ASIDE = isAtLeast(process.versions.sqlite ?? '0', [3, 51, 3])

/**
 * Pages of the write-ahead log from which on each commit itself copies it into the database, and waits for that. It is
 * rarely so long, see `WalCheckpointer`; where nothing else copies it, it may not become so long.
 */
export const AUTO_CHECKPOINT_PAGES = CHECKPOINTS_ASIDE ? 64_000 : 4_000

/** The ends of every index that batches add to: SQLite's own 2 MiB are too few for a few hundred passports. */
const CACHE_KIB = 16_384

/**
 * Opens the embedded database: write-ahead log, a real fsync on each commit, foreign keys on. A new one is its
 * owner's alone.
 */
export function openConnection(file: string, options: ConnectionOptions = {}): DatabaseSync {
  // SQLite gives the files beside the database, its log among them, the database's own mode.
  if (options.readOnly !== true && !existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { readOnly: options.readOnly === true })
  db.exec('pragma busy_timeout = 5000; pragma foreign_keys = on')
  if (options.readOnly !== true) {
    db.exec('pragma journal_mode = wal; pragma synchronous = full')
    db.exec(`pragma wal_autocheckpoint = ${AUTO_CHECKPOINT_PAGES}; pragma cache_size = -${CACHE_KIB}`)
  }
  if (options.maxPages !== undefined) db.exec(`pragma max_page_count = ${options.maxPages}`)
  return db
}

/** Whether a version such as `3.51.3` is one, or a later one. */
export function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  for (const [i, least] of wanted.entries()) {
    const part = parts[i] ?? 0
    if (part !== least) return part > least
  }
  return true
}
