import type { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import type { Database } from '../schema.ts'

/** Kysely over `node:sqlite`: it has better-sqlite3's shape but for `reader`. */
export function kyselyOver(db: DatabaseSync): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new SqliteDialect({
      database: {
        close: () => db.close(),
        prepare(sql: string) {
          // Of a full disk SQLite may have rolled back by itself, and a second time would hide why.
          const statement = db.prepare(sql === 'rollback' && !db.isTransaction ? 'select 1' : sql)
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => statement.all(...bindable(parameters)),
            run: (parameters) => statement.run(...bindable(parameters)),
            iterate: (parameters) => statement.iterate(...bindable(parameters)),
          }
        },
      },
    }),
  })
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
