import type { Transaction } from 'kysely'
import { GroupCommit, type GroupCommitOptions } from '../group-commit.ts'
import { migrate } from '../migrate.ts'
import { Mutex } from '../mutex.ts'
import type { Database } from '../schema.ts'
import type { Signer } from '../signer.ts'
import type { ApiKeyRow, DecisionJob, Row, Store } from '../store.ts'
import { CHECKPOINTS_ASIDE, openConnection } from './connection.ts'
import { SqliteDecisionEngine } from './decision-engine.ts'
import { translated } from './errors.ts'
import { KeptRows, oneRow } from './flush-view.ts'
import { kyselyOver } from './kysely.ts'
import { scansOf } from './scans.ts'
import { WalCheckpointer } from './wal-checkpointer.ts'

export interface SqliteStoreOptions extends Partial<GroupCommitOptions> {
  signer: Signer
  /** Unix milliseconds; the machine's clock by default. */
  clock?: () => number
  /** Pages that the file may grow to; as many as the disk holds, unless a test says otherwise. */
  maxPages?: number
}

/** Opens (and brings up to date) the embedded store in one file. One process at a time may decide with it. */
export async function openSqliteStore(file: string, options: SqliteStoreOptions): Promise<Store> {
  const clock = options.clock ?? Date.now
  const { maxPages } = options
  const writer = openConnection(file, { maxPages })
  const db = kyselyOver(writer)
  await migrate(db, 'sqlite')
  const readOnly = openConnection(file, { readOnly: true })
  const reader = kyselyOver(readOnly)
  // Reading beside commits needs what ends the log that readers keep.
  const scans = CHECKPOINTS_ASIDE ? scansOf(file) : undefined
  const apiKey = readOnly.prepare(
    'select k.*, w.mode from api_keys k join workspaces w on w.id = k.workspace_id where k.hash = ?',
  )
  const gate = readOnly.prepare('select * from gates where id = ?')
  const wal = new WalCheckpointer(writer, file)
  const kept = new KeptRows()
  const lock = new Mutex()
  const engine = new SqliteDecisionEngine({
    thread: { file, maxPages },
    db: writer,
    wal,
    kept,
    lock,
    clock,
    signer: options.signer,
    onSync: (milliseconds) => options.observer?.onSync(milliseconds),
  })
  const decisions = new GroupCommit(engine, options.signer, {
    maxBatch: options.maxBatch ?? 256,
    maxQueue: options.maxQueue ?? 20_000,
    lanes: 1,
    halves: true,
    observer: options.observer,
  })
  let closed = false
  return {
    engine: 'sqlite',
    read: reader,
    scan: scans ?? reader,
    write<T>(work: (tx: Transaction<Database>, now: number) => Promise<T>): Promise<T> {
      return lock.run(async () => {
        await engine.settle()
        try {
          return await db.transaction().execute((tx) => work(tx, clock()))
        } catch (error) {
          throw translated(error)
        } finally {
          kept.forget()
          wal.afterCommit()
        }
      })
    },
    decide<T>(job: DecisionJob<T>): Promise<T> {
      return decisions.decide(job)
    },
    waiting: () => decisions.waiting,
    pools: () => [],
    async now() {
      return clock()
    },
    async findApiKey(hash) {
      return kept.apiKeys.of(hash, () => oneRow<ApiKeyRow>(apiKey.get(hash)))
    },
    async findGate(id) {
      return kept.gates.of(id, () => oneRow<Row<'gates'>>(gate.get(id)))
    },
    async ping() {
      await reader.selectFrom('meta').select('key').limit(1).execute()
    },
    async close() {
      if (closed) return
      closed = true
      await decisions.close()
      await lock.run(async () => undefined)
      await engine.close()
      await wal.close()
      await options.signer.close()
      await reader.destroy()
      await scans?.destroy()
      // The last connection to close folds the write-ahead log back into the file.
      await db.destroy()
    },
  }
}
