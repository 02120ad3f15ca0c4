import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from './migrations/index.ts'
import type { Database } from './schema.ts'
import type { Engine } from './store.ts'

export interface MigrationStatus {
  name: string
  /** Unix milliseconds; null while it waits to be applied. */
  applied_at: number | null
  /** False for one that a newer release applied: this release must not run on that database. */
  known: boolean
}

/** Any constant: whoever holds this lock of PostgreSQL changes the schema. */
const MIGRATION_LOCK = 7_025_114_301

function migrator(db: Kysely<Database>, engine: Engine): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations(engine) } })
}

/**
 * Brings the database to the newest schema; throws when one step fails, which leaves it at the last good one.
 * @returns the names of the steps that were taken
 */
export async function migrate(db: Kysely<Database>, engine: Engine): Promise<readonly string[]> {
  if (engine === 'sqlite') return apply(db, engine)
  // All steps or none, and the lock goes with the transaction: it works behind a transaction pooler too.
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(tx)
    return apply(tx, engine)
  })
}

async function apply(db: Kysely<Database>, engine: Engine): Promise<readonly string[]> {
  const { error, results } = await migrator(db, engine).migrateToLatest()
  if (error !== undefined) throw error
  return (results ?? []).map((result) => result.migrationName)
}

/** Every migration in order, and when each was applied. */
export async function migrationStatus(db: Kysely<Database>, engine: Engine): Promise<MigrationStatus[]> {
  const known = await migrator(db, engine).getMigrations()
  const status = known.map(({ name, executedAt }) => ({
    name,
    applied_at: executedAt?.getTime() ?? null,
    known: true,
  }))
  // The table of applied migrations is made with the first of them.
  if (status.every(({ applied_at }) => applied_at === null)) return status
  const applied = await sql<{
    name: string
    timestamp: string
  }>`select name, timestamp from kysely_migration`.execute(db)
  const foreign = applied.rows.filter(({ name }) => !known.some((migration) => migration.name === name))
  return [
    ...status,
    ...foreign.map(({ name, timestamp }) => ({ name, applied_at: Date.parse(timestamp), known: false })),
  ]
}
