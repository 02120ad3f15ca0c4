import { ModeiProblem } from '@modei/protocol'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { ThreadCalls, threadFile } from '../../thread-calls.ts'
import type { Database } from '../schema.ts'
import { bindable } from './kysely.ts'
import type { Scan } from './scan-thread.ts'

/** Those that may wait for the thread or be under way; each may take long, so more would only time out. */
const MOST = 100

type Rows = readonly unknown[]

/** Kysely that reads on a thread of its own: a statement that takes long keeps nothing else waiting but its like. */
export function scansOf(file: string): Kysely<Database> {
  const thread = new ThreadCalls<Scan, Rows>(threadFile(import.meta.url, './scan-thread'), file)
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new ScanAdapter(),
      createDriver: () => new ScanDriver(thread),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** The thread has one connection, and its own queue: with Kysely's in front nobody would know how long that is. */
class ScanAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

class ScanDriver implements Driver {
  readonly #thread: ThreadCalls<Scan, Rows>
  readonly #connection: DatabaseConnection
  #underWay = 0

  constructor(thread: ThreadCalls<Scan, Rows>) {
    this.#thread = thread
    this.#connection = {
      executeQuery: <R>(query: CompiledQuery) => this.#read<R>(query),
      streamQuery() {
        throw new Error('scans are not streamed')
      },
    }
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async releaseConnection(): Promise<void> {}

  beginTransaction(): Promise<void> {
    return Promise.reject(new Error('a scan is no transaction'))
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  destroy(): Promise<void> {
    return this.#thread.close()
  }

  async #read<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#underWay >= MOST) {
      throw new ModeiProblem('unavailable', 'too many lists and reports are being read', { retryAfter: 1 })
    }
    this.#underWay += 1
    try {
      const rows = await this.#thread.call({ text, parameters: bindable(parameters) })
      // What Kysely compiled from the schema tells the shape of the rows.
      return { rows: rows as R[] }
    } finally {
      this.#underWay -= 1
    }
  }
}
