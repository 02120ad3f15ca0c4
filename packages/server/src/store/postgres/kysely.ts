import { Kysely, PostgresAdapter, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { Database } from '../schema.ts'
import { isConnectionLost, translated } from './errors.ts'
import { checkOut } from './pool.ts'

/** Kysely over a pool whose failures to reach the database say `unavailable`. */
export function kyselyOver(pool: Pool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new TransactionLockDialect({ pool: adapted(pool) }) })
}

function adapted(pool: Pool): PostgresPool {
  return {
    options: {},
    connect: async () => adaptedClient(await checkOut(pool)),
    end: () => pool.end(),
  }
}

function adaptedClient(client: PoolClient): PostgresPoolClient {
  let broken = false
  // Kysely calls only the form with text and parameters here: no cursor is configured.
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(text, [...parameters])
    } catch (error) {
      broken ||= isConnectionLost(error)
      throw translated(error)
    }
  }
  return {
    // `pg` types the command of a result as any text, Kysely as the few words that it looks for.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || broken),
  }
}

/** Migrations run in a transaction that holds a lock of its own; a session's lock would outlive a pooler's lease. */
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class TransactionLockDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new TransactionLockAdapter()
  }
}
