import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import { type MigrationStatus, migrate, migrationStatus } from '../migrate.ts'
import type { Database } from '../schema.ts'
import { databaseTime } from './database-time.ts'
import { isLockTimeout } from './errors.ts'
import { kyselyOver } from './kysely.ts'
import { hasPartition, makePartitions } from './partitions.ts'
import { openPool } from './pool.ts'
import { checkServer } from './server-settings.ts'

/**
 * Brings a PostgreSQL database to the newest schema, next months' partitions included. Several processes may do so
 * at once: one does it, the others wait.
 * @returns the names of the migrations that were applied
 */
export function migratePostgres(url: string): Promise<readonly string[]> {
  return withDatabase(url, async (db, pool) => {
    await checkServer(pool)
    const applied = await migrate(db, 'postgres')
    await makeMonths(db, await databaseTime(pool))
    return applied
  })
}

/** The months ahead are made beside decisions, too: a log that is in use for long keeps nobody from starting. */
async function makeMonths(db: Kysely<Database>, now: number): Promise<void> {
  try {
    await makePartitions(db, now)
  } catch (error) {
    if (!isLockTimeout(error) || !(await hasPartition(db, now))) throw error
  }
}

export function postgresStatus(url: string): Promise<MigrationStatus[]> {
  return withDatabase(url, (db) => migrationStatus(db, 'postgres'))
}

/** One connection without time-outs: a migration takes as long as it takes. */
export async function withDatabase<T>(
  url: string,
  work: (db: Kysely<Database>, pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = openPool(url, {
    max: 1,
    queryTimeoutMs: 0,
    connectTimeoutMs: 10_000,
    onError: () => undefined,
  })
  try {
    return await work(kyselyOver(pool), pool)
  } finally {
    await pool.end()
  }
}
