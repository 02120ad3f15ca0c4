import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  APPROVAL_COLUMNS,
  ATTESTATION_COLUMNS,
  CHAIN_COLUMNS,
  CHARGE_COLUMNS,
  COUNTER_COLUMNS,
  columnNames,
  IDEMPOTENCY_COLUMNS,
} from '../columns.ts'
import type { DecisionEngine, FlushView, FlushWrites } from '../flush.ts'
import type { Mutex } from '../mutex.ts'
import type { DecisionJob } from '../store.ts'
import { SqliteFlushView, SqliteLookups } from './flush-view.ts'

const ATTESTATION = columnNames(ATTESTATION_COLUMNS)
const COUNTER = columnNames(COUNTER_COLUMNS)
const CHAIN = columnNames(CHAIN_COLUMNS)
const CHARGE = columnNames(CHARGE_COLUMNS)
const APPROVAL = columnNames(APPROVAL_COLUMNS)
const IDEMPOTENCY = columnNames(IDEMPOTENCY_COLUMNS)

function insert(table: string, columns: readonly string[], verb = 'insert'): string {
  return `${verb} into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`
}

function values<K extends string>(
  row: { readonly [P in K]: string | number | null },
  columns: readonly K[],
): (string | number | null)[] {
  return columns.map((column) => row[column])
}

/**
 * Decides in memory while it holds the one write lock of the process, then writes in a single synchronous
 * transaction. INVARIANT: no other writer of these tables runs between the reads and the commit, because every
 * write of this process takes the same lock and a lock file keeps a second server out.
 */
export class SqliteDecisionEngine implements DecisionEngine {
  readonly #db: DatabaseSync
  readonly #lock: Mutex
  readonly #clock: () => number
  readonly #lookups: SqliteLookups
  readonly #statements: Record<
    'attestation' | 'counter' | 'chain' | 'charge' | 'approval' | 'nonce' | 'idempotency',
    StatementSync
  >

  constructor(db: DatabaseSync, lock: Mutex, clock: () => number) {
    this.#db = db
    this.#lock = lock
    this.#clock = clock
    this.#lookups = new SqliteLookups(db)
    this.#statements = {
      attestation: db.prepare(insert('attestations', ATTESTATION)),
      counter: db.prepare(insert('counters', COUNTER, 'insert or replace')),
      chain: db.prepare(insert('chains', CHAIN, 'insert or replace')),
      charge: db.prepare(insert('ancestor_charges', CHARGE)),
      approval: db.prepare(insert('approvals', APPROVAL, 'insert or replace')),
      nonce: db.prepare('insert into nonces (scope, nonce, expires_at) values (?, ?, ?)'),
      // An expired answer under the same key gives way; a live one was replayed and is not written again.
      idempotency: db.prepare(insert('idempotency', IDEMPOTENCY, 'insert or replace')),
    }
  }

  flush(
    _jobs: readonly DecisionJob<unknown>[],
    work: (view: FlushView) => Promise<FlushWrites>,
  ): Promise<void> {
    return this.#lock.run(async () => {
      const writes = await work(new SqliteFlushView(this.#lookups, this.#clock()))
      if (writes.attestations.length > 0) this.#commit(writes)
    })
  }

  #commit(writes: FlushWrites): void {
    const s = this.#statements
    this.#db.exec('begin immediate')
    try {
      for (const row of writes.attestations) s.attestation.run(...values(row, ATTESTATION))
      for (const row of writes.counters) s.counter.run(...values(row, COUNTER))
      for (const row of writes.chains) s.chain.run(...values(row, CHAIN))
      for (const row of writes.ancestor_charges) s.charge.run(...values(row, CHARGE))
      for (const row of writes.approvals) s.approval.run(...values(row, APPROVAL))
      for (const row of writes.nonces) s.nonce.run(row.scope, row.nonce, row.expires_at)
      for (const row of writes.idempotency) s.idempotency.run(...values(row, IDEMPOTENCY))
      this.#db.exec('commit')
    } catch (error) {
      this.#db.exec('rollback')
      throw error
    }
  }
}
