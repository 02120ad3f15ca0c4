import { join } from 'node:path'
import { ModeiProblem } from '@modei/protocol'
import type { Config } from './config.ts'
import { ensureDataDirectory, readOrMakeSecret } from './data-dir.ts'
import { SecretBox } from './secret-box.ts'
import { checkSecret } from './services/check-secret.ts'
import type { FlushObserver } from './store/group-commit.ts'
import { type MigrationStatus, migrate, migrationStatus } from './store/migrate.ts'
import { migratePostgres, postgresStatus } from './store/postgres/database.ts'
import { openPostgresStore } from './store/postgres/postgres-store.ts'
import { Signer } from './store/signer.ts'
import { openConnection } from './store/sqlite/connection.ts'
import { kyselyOver } from './store/sqlite/kysely.ts'
import { openSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { Store } from './store/store.ts'

export interface OpenStore {
  store: Store
  box: SecretBox
}

export interface StoreEvents {
  /** Told what went wrong with the database where no request waits for it. */
  onError?: (error: unknown) => void
  observer?: FlushObserver
}

/** Opens the configured store, brought up to date, with the master secret that its keys were sealed under. */
export async function openStore(config: Config, events: StoreEvents = {}): Promise<OpenStore> {
  const { store, box } = await (config.DATABASE_URL === undefined
    ? openEmbedded(config, events)
    : openShared(config.DATABASE_URL, config, events))
  try {
    await checkSecret(store, box)
  } catch (error) {
    await store.close()
    throw error
  }
  return { store, box }
}

async function openEmbedded(config: Config, { observer }: StoreEvents): Promise<OpenStore> {
  if (config.MODEI_RETENTION_MONTHS !== undefined) {
    throw new Error(
      'MODEI_RETENTION_MONTHS needs DATABASE_URL=postgres://…: the embedded database keeps its log in one piece',
    )
  }
  const file = embeddedFile(config)
  const box = new SecretBox(config.MODEI_SECRET_KEY ?? readOrMakeSecret(config.MODEI_DATA_DIR))
  const options = { signer: new Signer(box), maxQueue: config.MODEI_MAX_QUEUE, observer }
  return { store: await openSqliteStore(file, options), box }
}

async function openShared(
  url: string,
  config: Config,
  { onError, observer }: StoreEvents,
): Promise<OpenStore> {
  if (config.MODEI_SECRET_KEY === undefined) {
    throw new Error(
      'MODEI_SECRET_KEY is required with DATABASE_URL: give every server the same secret of at least 32 characters, for it opens the signing keys in the database',
    )
  }
  const box = new SecretBox(config.MODEI_SECRET_KEY)
  const options = {
    signer: new Signer(box),
    maxQueue: config.MODEI_MAX_QUEUE,
    observer,
    ...(onError === undefined ? {} : { onError }),
  }
  return { store: await reached(openPostgresStore(url, options)), box }
}

/**
 * Brings the configured database to the newest schema without starting a server.
 * @returns the names of the migrations that were applied
 */
export async function migrateDatabase(config: Config): Promise<readonly string[]> {
  if (config.DATABASE_URL !== undefined) return reached(migratePostgres(config.DATABASE_URL))
  const db = kyselyOver(openConnection(embeddedFile(config)))
  try {
    return await migrate(db, 'sqlite')
  } finally {
    await db.destroy()
  }
}

/** Every migration of the configured database, and when it was applied. */
export async function databaseStatus(config: Config): Promise<MigrationStatus[]> {
  if (config.DATABASE_URL !== undefined) return reached(postgresStatus(config.DATABASE_URL))
  const db = kyselyOver(openConnection(embeddedFile(config)))
  try {
    return await migrationStatus(db, 'sqlite')
  } finally {
    await db.destroy()
  }
}

function embeddedFile(config: Config): string {
  ensureDataDirectory(config.MODEI_DATA_DIR)
  return join(config.MODEI_DATA_DIR, 'modei.db')
}

/** Says why the database of `DATABASE_URL` cannot be used. The address holds a password and is not repeated. */
async function reached<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    throw new Error(`the database of DATABASE_URL cannot be used: ${reasonOf(error)}`, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  if (error instanceof ModeiProblem && error.cause !== undefined) return reasonOf(error.cause)
  return error instanceof Error ? error.message : String(error)
}
