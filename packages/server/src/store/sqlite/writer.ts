import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  APPROVAL_COLUMNS,
  ATTESTATION_COLUMNS,
  CHAIN_COLUMNS,
  CHARGE_COLUMNS,
  COUNTER_COLUMNS,
  columnNames,
  IDEMPOTENCY_COLUMNS,
  NONCE_COLUMNS,
  overwritten,
  ROW_KEYS,
} from '../columns.ts'
import type { FlushWrites } from '../flush.ts'
import type { WalCheckpointer } from './wal-checkpointer.ts'

type Value = string | number | null

/** The rows of a batch by table, each as its values in the order of the columns: little to copy between threads. */
export type WriteValues = { readonly [T in keyof FlushWrites]: readonly (readonly Value[])[] }

const COLUMNS = {
  attestations: columnNames(ATTESTATION_COLUMNS),
  counters: columnNames(COUNTER_COLUMNS),
  chains: columnNames(CHAIN_COLUMNS),
  ancestor_charges: columnNames(CHARGE_COLUMNS),
  approvals: columnNames(APPROVAL_COLUMNS),
  nonces: columnNames(NONCE_COLUMNS),
  // An expired answer under the same key gives way; a live one was replayed and is not written again.
  idempotency: columnNames(IDEMPOTENCY_COLUMNS),
} as const satisfies { [T in keyof FlushWrites]: readonly (keyof FlushWrites[T][number])[] }

/** Of tables whose rows are written again, the keys. A row that is changed where it stands leaves its table's indexes alone. */
const KEYS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(ROW_KEYS))

/** What a batch adds to the log once it is sealed. */
type SealedTable = 'attestations' | 'idempotency'
export type StateValues = Omit<WriteValues, SealedTable>

export function recordValues(writes: FlushWrites): Pick<WriteValues, SealedTable> {
  return {
    attestations: valuesOf(writes.attestations, COLUMNS.attestations),
    idempotency: valuesOf(writes.idempotency, COLUMNS.idempotency),
  }
}

/** The rest of it, as it stands now: later batches change the same rows. */
export function stateValues(writes: FlushWrites): StateValues {
  return {
    counters: valuesOf(writes.counters, COLUMNS.counters),
    chains: valuesOf(writes.chains, COLUMNS.chains),
    ancestor_charges: valuesOf(writes.ancestor_charges, COLUMNS.ancestor_charges),
    approvals: valuesOf(writes.approvals, COLUMNS.approvals),
    nonces: valuesOf(writes.nonces, COLUMNS.nonces),
  }
}

function valuesOf<K extends string>(
  rows: readonly { readonly [P in K]: Value }[],
  columns: readonly K[],
): Value[][] {
  return rows.map((row) => columns.map((column) => row[column]))
}

const KEY_ID = COLUMNS.attestations.indexOf('signing_key_id')
const TEXT = COLUMNS.attestations.indexOf('attestation_json')
const SIGNATURE = COLUMNS.attestations.indexOf('signature')

/** Records with the signatures that `sign` makes. */
export function signedRecords(
  records: WriteValues['attestations'],
  sign: (keyId: string, text: string) => string,
): WriteValues['attestations'] {
  return records.map((record) => record.with(SIGNATURE, sign(String(record[KEY_ID]), String(record[TEXT]))))
}

/** Writes a batch in one transaction of one connection. */
export class SqliteWriter {
  readonly #db: DatabaseSync
  readonly #wal: WalCheckpointer
  readonly #statements: ReadonlyMap<string, StatementSync>

  constructor(db: DatabaseSync, wal: WalCheckpointer) {
    this.#db = db
    this.#wal = wal
    this.#statements = new Map(
      Object.entries(COLUMNS).map(([table, columns]) => [table, db.prepare(insert(table, columns))]),
    )
  }

  /**
   * Returns when the batch is on disk.
   * @returns milliseconds that the commit itself took, the wait for the disk above all
   */
  commit(values: WriteValues): number {
    const sync_ms = this.#write(values)
    this.#wal.afterCommit()
    return sync_ms
  }

  #write(values: WriteValues): number {
    this.#db.exec('begin immediate')
    try {
      for (const [table, rows] of Object.entries(values)) {
        const statement = this.#statements.get(table)
        if (statement === undefined) throw new Error(`nothing writes ${table}`)
        for (const row of rows) statement.run(...row)
      }
      const started = performance.now()
      this.#db.exec('commit')
      return performance.now() - started
    } catch (error) {
      // Of a full disk SQLite may have rolled back by itself.
      if (this.#db.isTransaction) this.#db.exec('rollback')
      throw error
    }
  }
}

function insert(table: string, columns: readonly string[]): string {
  const key = KEYS.get(table)
  const text = `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`
  return key === undefined ? text : `${text} ${overwritten(key, columns)}`
}
