import type { Pool } from 'pg'
import { GroupCommit, type GroupCommitOptions } from '../group-commit.ts'
import type { Signer } from '../signer.ts'
import type { ApiKeyRow, Row, Store } from '../store.ts'
import { migratePostgres } from './database.ts'
import { databaseTime } from './database-time.ts'
import { PostgresDecisionEngine } from './decision-engine.ts'
import { translated } from './errors.ts'
import { kyselyOver } from './kysely.ts'
import { textArray } from './packet.ts'
import { PartitionsAhead } from './partitions-ahead.ts'
import { openPool, poolState } from './pool.ts'
import type { Statement } from './round-trip.ts'
import { serializableWrite } from './serializable-write.ts'
import { checkServer, type ServerSettings } from './server-settings.ts'
import { SharedLookUp } from './shared-look-up.ts'
import { StatementNames } from './statement-names.ts'
import { Turns } from './turns.ts'

export interface PostgresStoreOptions extends Partial<GroupCommitOptions> {
  signer: Signer
  /** Told the database's time, answers the time that counts: the same, unless a test says otherwise. */
  clock?: (databaseTime: number) => number
  /** Connections for reads and administration; decisions have their own, two for each lane. */
  maxConnections?: number
  /** Milliseconds that a statement may take. */
  statementTimeoutMs?: number
  /** Milliseconds that a statement may wait for another process's lock. */
  lockTimeoutMs?: number
  /** Milliseconds for the same of a flush that others wait behind, which then tries again out of turn. */
  turnTimeoutMs?: number
  /** Milliseconds after which a connection attempt is given up. */
  connectTimeoutMs?: number
  /** Milliseconds beyond a time-out after which a server that says nothing at all is given up. */
  silenceMs?: number
  /** Told what went wrong where no request waits for it. */
  onError?(error: unknown): void
}

type Timeouts = Required<
  Pick<PostgresStoreOptions, 'statementTimeoutMs' | 'lockTimeoutMs' | 'connectTimeoutMs'>
>

/** While one flush is with the database another decides. More would make batches smaller and each decision dearer. */
const LANES = 2

/** While one commits the next waits for its turn. */
const FLUSHES_OF_A_LANE = 2

/** More would mostly make each other start again, and take the connections of those who read. */
const WRITES_AT_ONCE = 4

/** A process that stops in the middle of a flush gives its locks back before others give up waiting for them. */
const IDLE_IN_FLUSH_MS = 5_000

/**
 * Opens (and brings up to date) a store on a PostgreSQL server. Any number of processes may have it open at once.
 * @throws when the server cannot be reached, is older than 15, or holds the data of a newer release
 */
export async function openPostgresStore(url: string, options: PostgresStoreOptions): Promise<Store> {
  const timeouts: Timeouts = {
    statementTimeoutMs: options.statementTimeoutMs ?? 30_000,
    lockTimeoutMs: options.lockTimeoutMs ?? 8_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
  }
  const onError = options.onError ?? (() => undefined)
  const clock = options.clock ?? ((databaseTime: number) => databaseTime)
  const pool = {
    onError,
    connectTimeoutMs: timeouts.connectTimeoutMs,
    // The server's own time-out comes first where it is set; this one is for a server that fell silent.
    queryTimeoutMs: timeouts.statementTimeoutMs + (options.silenceMs ?? 5_000),
  }
  const lanes = options.lanes ?? LANES
  await migratePostgres(url)
  const others = openPool(url, { ...pool, max: options.maxConnections ?? 10 })
  const flushes = openPool(url, { ...pool, queryTimeoutMs: 0, max: lanes * FLUSHES_OF_A_LANE })
  const db = kyselyOver(others)
  const close = () => Promise.all([flushes.end(), others.end()])
  try {
    const settings = await checkServer(others)
    const partitions = new PartitionsAhead(db, onError)
    const engine = new PostgresDecisionEngine({
      flushes,
      others,
      names: new StatementNames(),
      silenceMs: pool.queryTimeoutMs,
      begin: beginFlush(timeouts, settings),
      turnTimeoutMs: options.turnTimeoutMs ?? 250,
      clock,
      onTime: (now) => partitions.keep(now),
      onSync: (milliseconds) => options.observer?.onSync(milliseconds),
    })
    const decisions = new GroupCommit(engine, options.signer, {
      maxBatch: options.maxBatch ?? 512,
      maxQueue: options.maxQueue ?? 20_000,
      lanes,
      halves: false,
      observer: options.observer,
    })
    const turns = new Turns(WRITES_AT_ONCE)
    const times = new SharedLookUp(async () => new Map([['now', clock(await databaseTime(others))]]))
    const apiKeys = new SharedLookUp((hashes) => findBy<'hash', ApiKeyRow>(others, API_KEYS, 'hash', hashes))
    const gates = new SharedLookUp((ids) => findBy<'id', Row<'gates'>>(others, GATES, 'id', ids))
    let closing: Promise<unknown> | undefined
    return {
      engine: 'postgres',
      read: db,
      scan: db,
      write: (work) => turns.run(() => serializableWrite(db, timeouts, (tx, now) => work(tx, clock(now)))),
      decide: (job) => decisions.decide(job),
      waiting: () => decisions.waiting,
      pools: () => [poolState('decisions', flushes), poolState('others', others)],
      async now() {
        const now = await times.find('now')
        if (now === undefined) throw new Error('the database told no time')
        return now
      },
      findApiKey: (hash) => apiKeys.find(hash),
      findGate: (id) => gates.find(id),
      async ping() {
        await databaseTime(others)
      },
      async close() {
        closing ??= decisions
          .close()
          .then(() => partitions.settled())
          .then(() => options.signer.close())
          .then(close)
        await closing
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function beginFlush({ statementTimeoutMs, lockTimeoutMs }: Timeouts, settings: ServerSettings): Statement[] {
  const values = [
    ['statement_timeout', statementTimeoutMs],
    ['lock_timeout', lockTimeoutMs],
    ['idle_in_transaction_session_timeout', IDLE_IN_FLUSH_MS],
    // A flush reads single rows, most of them in memory: reading a whole table is never cheaper.
    ['random_page_cost', 1.1],
    ...(settings.has_lz4 ? [['default_toast_compression', 'lz4']] : []),
    // No answer leaves before its record is on disk, whatever the server does by default.
    ...(settings.commits_asynchronously ? [['synchronous_commit', 'on']] : []),
  ]
  const set = values.map(([name, value]) => `set_config('${name}', '${value}', true)`)
  return ['begin isolation level read committed', `select ${set.join(', ')}`].map((text) => ({
    text,
    parameters: [],
    reads: false,
  }))
}

const API_KEYS = `select k.*, w.mode from api_keys k join workspaces w on w.id = k.workspace_id
  where k.hash = any($1::text[])`

const GATES = 'select * from gates where id = any($1::text[])'

/** The rows that a query finds by these keys, each under its own. */
async function findBy<K extends string, R extends Readonly<Record<K, string>>>(
  pool: Pool,
  query: string,
  key: K,
  keys: string[],
): Promise<Map<string, R>> {
  try {
    const { rows } = await pool.query<R>(query, [textArray(keys)])
    return new Map(rows.map((row) => [row[key], row]))
  } catch (error) {
    throw translated(error)
  }
}
