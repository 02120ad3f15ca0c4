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

/** A batch that is decided and not signed. */
export interface DecidedBatch {
  /** All that it writes, but for what sealing adds: signatures, and answers under idempotency keys. */
  readonly writes: FlushWrites
  /** The keys of its records. */
  readonly keys: readonly SigningKeyRow[]
  /** Answers are stored with its records, so that it must be sealed before it is written. */
  readonly storesAnswers: boolean
  /** Signs the records and makes the answers. */
  seal(): Promise<void>
  /** Makes the answers of records that were signed otherwise, and are on the disk. */
  sealRecorded(signatures: readonly string[]): void
}

/** The jobs of one flush, more of which gather until they are taken. */
export interface Gathering {
  /** Chains of one lane are never those of another, in every process. */
  readonly lane: number
  /** Whether the flush before may still be on its way: then it pays to take the jobs as late as can be. */
  readonly isBusy: boolean
  /** Ends the gathering. There is at least one, and they are the same each time. */
  take(): readonly DecisionJob<unknown>[]
}

/** One database engine's way to run a batch. */
export interface DecisionEngine {
  /**
   * Takes the jobs, locks what they touch, lets `work` decide, seals what it returns, writes it and commits.
   * Resolves only when the writes are on disk; rejects when nothing was written.
   * @param next called when the next batch may begin, by an engine that need not wait for the end of this one
   * @throws {BatchUndone} when it is to be decided anew
   */
  flush(
    gathering: Gathering,
    work: (view: FlushView) => Promise<DecidedBatch>,
    next: () => void,
  ): Promise<void>
}

/** Nothing was written: a batch was not recorded on whose outcome this one was decided. */
export class BatchUndone extends Error {
  override readonly name = 'BatchUndone'
  constructor() {
    super('a batch before it was not recorded')
  }
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
