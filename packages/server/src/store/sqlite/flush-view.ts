import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { type PastPermit, targetHost } from '@modei/core'
import { NewestMap } from '../../newest-map.ts'
import type { FlushView, SigningKeyRow } from '../flush.ts'
import { passportLine } from '../passport-line.ts'
import type { ApiKeyRow, IdempotencyClaim, LivePassport, Row } from '../store.ts'
import type { Flights } from './flights.ts'

type LoggedPermit = Omit<PastPermit, 'target_host'> & { target: string | null }

type SqliteRow = Record<string, SQLOutputValue>

/** Prepared look-ups by primary key. */
export class SqliteLookups {
  readonly gate: StatementSync
  readonly issuer: StatementSync
  readonly passport: StatementSync
  readonly workspace: StatementSync
  readonly revocation: StatementSync
  readonly counter: StatementSync
  readonly chain: StatementSync
  readonly activeKey: StatementSync
  readonly approval: StatementSync
  readonly nonce: StatementSync
  readonly idempotent: StatementSync
  readonly ownPermits: StatementSync
  readonly ancestorCharges: StatementSync

  constructor(db: DatabaseSync) {
    this.gate = db.prepare('select * from gates where id = ?')
    this.issuer = db.prepare('select * from issuers where id = ?')
    this.passport = db.prepare(
      'select id, workspace_id, revoked_at, constraint_version, set_constraints from passports where id = ?',
    )
    this.workspace = db.prepare('select supervised_at from workspaces where id = ?')
    this.revocation = db.prepare('select revoked_at from revocations where revocation_key = ?')
    this.counter = db.prepare('select * from counters where workspace_id = ? and counter_key = ?')
    this.chain = db.prepare('select * from chains where chain_id = ?')
    this.activeKey = db.prepare(
      "select id, public_key, sealed_seed from signing_keys where owner_id = ? and status = 'active'",
    )
    this.approval = db.prepare('select * from approvals where workspace_id = ? and id = ?')
    this.nonce = db.prepare('select 1 from nonces where scope = ? and nonce = ?')
    this.idempotent = db.prepare(
      `select * from idempotency where workspace_id = ? and key_id = ? and method = ? and path = ?
       and idempotency_key = ?`,
    )
    this.ownPermits = db.prepare(
      `select created_at as at, action, cost_cents, target from attestations
       where workspace_id = ?1 and counter_key = ?3 and created_at >= ?2
       and sequence_key in (${passportLine('?3')} union select ?3)`,
    )
    this.ancestorCharges = db.prepare(
      `select at, action, cost_cents, target_host as target from ancestor_charges
       where workspace_id = ? and counter_key = ? and at >= ?`,
    )
  }
}

/**
 * Rows that stay in memory from one flush, or one request, to the next. INVARIANT: they are what stands in the database
 * once the batches in flight have landed, because this process alone writes to it: a flush changes the counters and
 * chains that it was given from here, and after any other write, and after a flush that failed, all is forgotten.
 */
export class KeptRows {
  readonly apiKeys = new NewestMap<ApiKeyRow>(10_000)
  readonly gates = new NewestMap<Row<'gates'>>(10_000)
  readonly issuers = new NewestMap<Row<'issuers'>>(10_000)
  readonly passports = new NewestMap<LivePassport>(50_000)
  readonly workspaces = new NewestMap<{ supervised_at: number | null }>(10_000)
  readonly keys = new NewestMap<SigningKeyRow>(10_000)
  readonly chains = new NewestMap<Row<'chains'>>(10_000)
  /** Fewer: one that counts a rate is some kilobytes. */
  readonly counters = new NewestMap<Row<'counters'>>(5_000)

  forget(): void {
    this.apiKeys.clear()
    this.gates.clear()
    this.issuers.clear()
    this.passports.clear()
    this.workspaces.clear()
    this.keys.clear()
    this.chains.clear()
    this.counters.clear()
  }
}

export class SqliteFlushView implements FlushView {
  readonly now: number
  readonly #lookups: SqliteLookups
  readonly #kept: KeptRows
  readonly #flights: Flights

  constructor(lookups: SqliteLookups, kept: KeptRows, flights: Flights, now: number) {
    this.#lookups = lookups
    this.#kept = kept
    this.#flights = flights
    this.now = now
  }

  gate(id: string): Row<'gates'> | undefined {
    return this.#kept.gates.of(id, () => oneRow<Row<'gates'>>(this.#lookups.gate.get(id)))
  }

  issuer(id: string): Row<'issuers'> | undefined {
    return this.#kept.issuers.of(id, () => oneRow<Row<'issuers'>>(this.#lookups.issuer.get(id)))
  }

  passport(id: string): LivePassport | undefined {
    return this.#kept.passports.of(id, () => oneRow<LivePassport>(this.#lookups.passport.get(id)))
  }

  workspace(id: string): { supervised_at: number | null } {
    const row = this.#kept.workspaces.of(id, () =>
      oneRow<{ supervised_at: number | null }>(this.#lookups.workspace.get(id)),
    )
    return row ?? { supervised_at: null }
  }

  revokedAt(key: string): number | undefined {
    return oneRow<{ revoked_at: number }>(this.#lookups.revocation.get(key))?.revoked_at
  }

  counter(workspaceId: string, key: string): Row<'counters'> | undefined {
    return this.#kept.counters.of(
      `${workspaceId} ${key}`,
      () =>
        this.#flights.counter(workspaceId, key) ??
        oneRow<Row<'counters'>>(this.#lookups.counter.get(workspaceId, key)),
    )
  }

  chain(chainId: string): Row<'chains'> | undefined {
    return this.#kept.chains.of(
      chainId,
      () => this.#flights.chain(chainId) ?? oneRow<Row<'chains'>>(this.#lookups.chain.get(chainId)),
    )
  }

  activeKey(ownerId: string): SigningKeyRow | undefined {
    return this.#kept.keys.of(ownerId, () => oneRow<SigningKeyRow>(this.#lookups.activeKey.get(ownerId)))
  }

  approval(workspaceId: string, id: string): Row<'approvals'> | undefined {
    return (
      this.#flights.approval(workspaceId, id) ??
      oneRow<Row<'approvals'>>(this.#lookups.approval.get(workspaceId, id))
    )
  }

  nonceUsed(scope: string, nonce: string): boolean {
    return this.#flights.uses({ scope, nonce }) || this.#lookups.nonce.get(scope, nonce) !== undefined
  }

  idempotent(claim: IdempotencyClaim): Row<'idempotency'> | undefined {
    return oneRow<Row<'idempotency'>>(
      this.#lookups.idempotent.get(
        claim.workspace_id,
        claim.key_id,
        claim.method,
        claim.path,
        claim.idempotency_key,
      ),
    )
  }

  async pastPermits(workspaceId: string, counterKey: string, since: number): Promise<PastPermit[]> {
    // The log lacks what is in flight. Should any of it fail, this batch is undone with it.
    await this.#flights.landed
    return [
      ...this.#lookups.ownPermits.all(workspaceId, since, counterKey),
      ...this.#lookups.ancestorCharges.all(workspaceId, counterKey, since),
    ].map((row) => {
      const { target, ...permit } = shape<LoggedPermit>(row)
      return { ...permit, target_host: target === null ? undefined : targetHost(target) }
    })
  }
}

/**
 * The row that a statement found, if it did. A copy, for `node:sqlite` gives rows as dictionaries without a prototype:
 * each read of one looks its column up anew, and rows that are kept are read in decision after decision.
 */
export function oneRow<T>(row: SqliteRow | undefined): T | undefined {
  return row === undefined ? undefined : shape<T>({ ...row })
}

/** The schema of the database is the proof of a row's shape; this is the one place that takes its word. */
function shape<T>(row: SqliteRow): T {
  return row as T
}
