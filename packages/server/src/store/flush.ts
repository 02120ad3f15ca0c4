import type { PastPermit } from '@modei/core'
import type { DecisionJob, IdempotencyClaim, LivePassport, Row } from './store.ts'

export interface SigningKeyRow {
  id: string
  public_key: string
  sealed_seed: string | null
}

/** The database as one flush sees it: under the locks of everything that the batch will write. */
export interface FlushView {
  /** The store's clock, Unix milliseconds. */
  readonly now: number
  gate(id: string): Row<'gates'> | undefined
  issuer(id: string): Row<'issuers'> | undefined
  passport(id: string): LivePassport | undefined
  workspace(id: string): { supervised_at: number | null }
  revokedAt(key: string): number | undefined
  counter(workspaceId: string, key: string): Row<'counters'> | undefined
  chain(chainId: string): Row<'chains'> | undefined
  activeKey(ownerId: string): SigningKeyRow | undefined
  approval(workspaceId: string, id: string): Row<'approvals'> | undefined
  nonceUsed(scope: string, nonce: string): boolean
  idempotent(claim: IdempotencyClaim): Row<'idempotency'> | undefined
  /** Past permits charged to a counter, from the log and from what descendants charged. */
  pastPermits(workspaceId: string, counterKey: string, since: number): Promise<PastPermit[]>
}

/** All that one flush writes, in one transaction. */
export interface FlushWrites {
  attestations: Row<'attestations'>[]
  counters: Row<'counters'>[]
  chains: Row<'chains'>[]
  ancestor_charges: Row<'ancestor_charges'>[]
  /** New or changed. */
  approvals: Row<'approvals'>[]
  nonces: Row<'nonces'>[]
  idempotency: Row<'idempotency'>[]
}

/** One database engine's way to run a batch. */
export interface DecisionEngine {
  /**
   * Locks what the jobs touch, lets `work` decide and sign, writes what it returns and commits.
   * Resolves only when the writes are on disk; rejects when nothing was written.
   */
  flush(jobs: readonly DecisionJob<unknown>[], work: (view: FlushView) => Promise<FlushWrites>): Promise<void>
}

export function noWrites(): FlushWrites {
  return {
    attestations: [],
    counters: [],
    chains: [],
    ancestor_charges: [],
    approvals: [],
    nonces: [],
    idempotency: [],
  }
}
