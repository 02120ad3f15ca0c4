import type { PastPermit } from '@modei/core'
import type { FlushView, SigningKeyRow } from '../flush.ts'
import type { IdempotencyClaim, LivePassport, Row } from '../store.ts'
import { claimKey, compound, type WantedRows } from './wanted-rows.ts'

/** The rows of one flush, as its transaction read them under its locks. */
export interface FlushRows {
  now: number
  chains: Row<'chains'>[]
  counters: Row<'counters'>[]
  gates: Row<'gates'>[]
  issuers: Row<'issuers'>[]
  passports: LivePassport[]
  workspaces: Pick<Row<'workspaces'>, 'id' | 'supervised_at'>[]
  revocations: Row<'revocations'>[]
  keys: (SigningKeyRow & { owner_id: string })[]
  approvals: Row<'approvals'>[]
  nonces: Pick<Row<'nonces'>, 'scope' | 'nonce'>[]
  idempotency: Row<'idempotency'>[]
}

type PastPermits = (workspaceId: string, counterKey: string, since: number) => Promise<PastPermit[]>

export class PostgresFlushView implements FlushView {
  readonly now: number
  readonly pastPermits: PastPermits
  readonly #chains: Found<Row<'chains'>>
  readonly #counters: Found<Row<'counters'>>
  readonly #gates: Found<Row<'gates'>>
  readonly #issuers: Found<Row<'issuers'>>
  readonly #passports: Found<LivePassport>
  readonly #workspaces: Found<{ supervised_at: number | null }>
  readonly #revocations: Found<Row<'revocations'>>
  readonly #keys: Found<SigningKeyRow>
  readonly #approvals: Found<Row<'approvals'>>
  readonly #nonces: Found<unknown>
  readonly #idempotency: Found<Row<'idempotency'>>

  constructor(wanted: WantedRows, rows: FlushRows, pastPermits: PastPermits) {
    this.now = rows.now
    this.pastPermits = pastPermits
    const counterKey = (row: { workspace_id: string; counter_key: string }) =>
      compound(row.workspace_id, row.counter_key)
    const nonceKey = (row: { scope: string; nonce: string }) => compound(row.scope, row.nonce)
    this.#chains = new Found(wanted.chains, rows.chains, (row) => row.chain_id)
    this.#counters = new Found(wanted.counters.map(counterKey), rows.counters, counterKey)
    this.#gates = new Found(wanted.gates, rows.gates, (row) => row.id)
    this.#issuers = new Found(wanted.issuers, rows.issuers, (row) => row.id)
    this.#passports = new Found(wanted.passports, rows.passports, (row) => row.id)
    this.#workspaces = new Found(wanted.workspaces, rows.workspaces, (row) => row.id)
    this.#revocations = new Found(wanted.revocations, rows.revocations, (row) => row.revocation_key)
    this.#keys = new Found(wanted.chains, rows.keys, (row) => row.owner_id)
    this.#approvals = new Found(wanted.approvals, rows.approvals, (row) => row.id)
    this.#nonces = new Found(wanted.nonces.map(nonceKey), rows.nonces, nonceKey)
    this.#idempotency = new Found(wanted.claims.map(claimKey), rows.idempotency, claimKey)
  }

  gate(id: string): Row<'gates'> | undefined {
    return this.#gates.get(id)
  }

  issuer(id: string): Row<'issuers'> | undefined {
    return this.#issuers.get(id)
  }

  passport(id: string): LivePassport | undefined {
    return this.#passports.get(id)
  }

  workspace(id: string): { supervised_at: number | null } {
    return this.#workspaces.get(id) ?? { supervised_at: null }
  }

  revokedAt(key: string): number | undefined {
    return this.#revocations.get(key)?.revoked_at
  }

  counter(workspaceId: string, key: string): Row<'counters'> | undefined {
    return this.#counters.get(compound(workspaceId, key))
  }

  chain(chainId: string): Row<'chains'> | undefined {
    return this.#chains.get(chainId)
  }

  activeKey(ownerId: string): SigningKeyRow | undefined {
    return this.#keys.get(ownerId)
  }

  approval(workspaceId: string, id: string): Row<'approvals'> | undefined {
    const row = this.#approvals.get(id)
    return row?.workspace_id === workspaceId ? row : undefined
  }

  nonceUsed(scope: string, nonce: string): boolean {
    return this.#nonces.get(compound(scope, nonce)) !== undefined
  }

  idempotent(claim: IdempotencyClaim): Row<'idempotency'> | undefined {
    return this.#idempotency.get(claimKey(claim))
  }
}

/** Rows that were looked for. One that was not must never pass for one that does not exist. */
class Found<R> {
  readonly #wanted: ReadonlySet<string>
  readonly #rows: ReadonlyMap<string, R>

  constructor(wanted: readonly string[], rows: readonly R[], key: (row: R) => string) {
    this.#wanted = new Set(wanted)
    this.#rows = new Map(rows.map((row) => [key(row), row]))
  }

  get(key: string): R | undefined {
    if (!this.#wanted.has(key)) throw new Error('a decision asked for a row that its job did not name')
    return this.#rows.get(key)
  }
}
