import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate } from '../src/store/migrate.ts'
import { openConnection } from '../src/store/sqlite/connection.ts'
import { kyselyOver } from '../src/store/sqlite/kysely.ts'
import { openSqliteStore, type SqliteStoreOptions } from '../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../src/store/store.ts'

/** A database without rows, brought to the newest schema when it is opened, if it is not there yet. */
export interface MigratedDatabase {
  open(options: StoreOptions): Promise<Store>
  /** Runs one statement as an outsider. */
  execute(statement: string): Promise<Record<string, unknown>[]>
  /** Changes history behind the server’s back, as somebody with the file could: triggers are no lock against them. */
  tamper(statements: string): Promise<void>
  remove(): Promise<void>
}

/** `now` answers the time that counts, told the database's own. */
export interface StoreOptions extends Omit<SqliteStoreOptions, 'clock'> {
  now(own: number): number
}

const isShared = (process.env.MODEI_TEST_DATABASE_URL ?? '') !== ''

/** An embedded one, or one on the PostgreSQL server that `MODEI_TEST_DATABASE_URL` names. */
export const migratedDatabase: () => Promise<MigratedDatabase> = isShared
  ? (await import('./store/migrated-postgres.ts')).migratedPostgres
  : embedded

// Migrating costs more than most tests, so each process does it once and the tests copy what came of it.
let template: Promise<string> | undefined

async function embedded(): Promise<MigratedDatabase> {
  template ??= migratedFile()
  const directory = mkdtempSync(join(tmpdir(), 'modei-test-'))
  const file = join(directory, 'modei.db')
  copyFileSync(await template, file)
  return {
    open: ({ now, ...options }) => openSqliteStore(file, { ...options, clock: () => now(Date.now()) }),
    async execute(statement) {
      using db = new DatabaseSync(file)
      return db.prepare(statement).all()
    },
    async tamper(statements) {
      using db = new DatabaseSync(file)
      const triggers = db.prepare("select name from sqlite_master where type = 'trigger'").all()
      for (const { name } of triggers) db.exec(`drop trigger ${name}`)
      db.exec(statements)
    },
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
}

async function migratedFile(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-test-template-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'modei.db')
  const db = kyselyOver(openConnection(file))
  await migrate(db, 'sqlite')
  await db.destroy()
  return file
}
