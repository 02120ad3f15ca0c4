import type { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect, type SqliteStatement } from 'kysely'
import { NewestMap } from '../../newest-map.ts'
import type { Database } from '../schema.ts'

/** Texts of statements that stay prepared: to prepare one takes several times as long as to find a row with it. */
const MOST_PREPARED = 300

/** Kysely over `node:sqlite`: it has better-sqlite3's shape but for `reader`. */
export function kyselyOver(db: DatabaseSync): Kysely<Database> {
  const prepared = new NewestMap<SqliteStatement>(MOST_PREPARED)
  return new Kysely<Database>({
    dialect: new SqliteDialect({
      database: {
        close: () => db.close(),
        prepare(sql: string) {
          // Of a full disk SQLite may have rolled back by itself, and a second time would hide why.
          const text = sql === 'rollback' && !db.isTransaction ? 'select 1' : sql
          return prepared.of(text, () => prepare(db, text))
        },
      },
    }),
  })
}

function prepare(db: DatabaseSync, text: string): SqliteStatement {
  const statement = db.prepare(text)
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bindable(parameters)),
    run: (parameters) => statement.run(...bindable(parameters)),
    // One of its own: who leaves in the middle of its rows must not leave it open for others.
    iterate: (parameters) => db.prepare(text).iterate(...bindable(parameters)),
  }
}

type Bindable = null | number | bigint | string | Uint8Array

export function bindable(parameters: ReadonlyArray<unknown>): Bindable[] {
  return parameters.map((value) => {
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'bigint'
    ) {
      return value
    }
    if (value instanceof Uint8Array) return value
    throw new TypeError(`a ${typeof value} cannot be bound to a statement`)
  })
}
