import { after } from 'node:test'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { MigratedDatabase } from '../migrated-database.ts'
import { execute, type PostgresServer, startPostgres } from './postgres-server.ts'

let server: Promise<PostgresServer> | undefined
const made: string[] = []
/** Those that no test uses now, empty again: making a database costs many times what emptying one does. */
const free: string[] = []

// Said while the module loads: inside a test it would be that test's end.
after(async () => {
  if (server === undefined) return
  const { dropDatabase, stop } = await server
  for (const url of made) await dropDatabase(url)
  await stop()
})

export async function migratedPostgres(): Promise<MigratedDatabase> {
  const url = free.pop() ?? (await makeDatabase())
  return {
    open: ({ now, ...options }) => openPostgresStore(url, { ...options, clock: now }),
    execute: (statement) => execute(url, statement),
    tamper: (statements) => executePastTriggers(url, statements),
    async remove() {
      await empty(url)
      free.push(url)
    },
  }
}

async function makeDatabase(): Promise<string> {
  server ??= startPostgres()
  const url = await (await server).createDatabase()
  made.push(url)
  return url
}

async function empty(url: string): Promise<void> {
  const tables = await execute(
    url,
    `select string_agg(format('%I', tablename), ', ') as names from pg_tables
     where schemaname = 'public' and tablename not like 'kysely%'`,
  )
  await executePastTriggers(url, `truncate ${tables[0]?.names}`)
}

/** A replica takes what it is sent: no trigger fires. */
async function executePastTriggers(url: string, statements: string): Promise<void> {
  await execute(url, `set session_replication_role = replica; ${statements}`)
}
