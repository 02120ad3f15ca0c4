import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DecisionEngine, FlushView, FlushWrites } from '../flush.ts'
import type { Mutex } from '../mutex.ts'
import type { DecisionJob } from '../store.ts'
import { SqliteFlushView, SqliteLookups } from './flush-view.ts'

const ATTESTATION_COLUMNS = [
  'chain_id',
  'chain_index',
  'chain_hash',
  'workspace_id',
  'id',
  'type',
  'gate_id',
  'passport_id',
  'counter_key',
  'agent_id',
  'action',
  'target',
  'decision',
  'reason_code',
  'cost_cents',
  'sequence_number',
  'created_at',
  'attestation_json',
  'signature',
  'signing_key_id',
] as const
const COUNTER_COLUMNS = [
  'workspace_id',
  'counter_key',
  'sequence_number',
  'last_decision_at',
  'last_attestation_id',
  'state',
] as const
const CHAIN_COLUMNS = [
  'chain_id',
  'workspace_id',
  'head_index',
  'head_hash',
  'last_at',
  'total_checks',
  'allowed',
  'denied',
  'last_check_at',
] as const
const CHARGE_COLUMNS = [
  'workspace_id',
  'counter_key',
  'attestation_id',
  'at',
  'action',
  'cost_cents',
  'target_host',
] as const
const APPROVAL_COLUMNS = [
  'id',
  'workspace_id',
  'gate_id',
  'passport_id',
  'agent_id',
  'action',
  'target',
  'cost_cents',
  'metadata',
  'held_by',
  'reason',
  'counter_keys',
  'sequence_key',
  'fingerprint',
  'constraint_version',
  'status',
  'created_at',
  'expires_at',
  'resolved_at',
  'resolved_by',
  'note',
  'attestation_id',
] as const
const IDEMPOTENCY_COLUMNS = [
  'workspace_id',
  'key_id',
  'method',
  'path',
  'idempotency_key',
  'fingerprint',
  'status',
  'body',
  'created_at',
] as const

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
      attestation: db.prepare(insert('attestations', ATTESTATION_COLUMNS)),
      counter: db.prepare(insert('counters', COUNTER_COLUMNS, 'insert or replace')),
      chain: db.prepare(insert('chains', CHAIN_COLUMNS, 'insert or replace')),
      charge: db.prepare(insert('ancestor_charges', CHARGE_COLUMNS)),
      approval: db.prepare(insert('approvals', APPROVAL_COLUMNS, 'insert or replace')),
      nonce: db.prepare('insert into nonces (scope, nonce, expires_at) values (?, ?, ?)'),
      idempotency: db.prepare(insert('idempotency', IDEMPOTENCY_COLUMNS)),
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
      for (const row of writes.attestations) s.attestation.run(...values(row, ATTESTATION_COLUMNS))
      for (const row of writes.counters) s.counter.run(...values(row, COUNTER_COLUMNS))
      for (const row of writes.chains) s.chain.run(...values(row, CHAIN_COLUMNS))
      for (const row of writes.ancestor_charges) s.charge.run(...values(row, CHARGE_COLUMNS))
      for (const row of writes.approvals) s.approval.run(...values(row, APPROVAL_COLUMNS))
      for (const row of writes.nonces) s.nonce.run(row.scope, row.nonce, row.expires_at)
      for (const row of writes.idempotency) s.idempotency.run(...values(row, IDEMPOTENCY_COLUMNS))
      this.#db.exec('commit')
    } catch (error) {
      this.#db.exec('rollback')
      throw error
    }
  }
}
