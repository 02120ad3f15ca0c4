import type { CounterEffect, Counters, PastPermit } from '@modei/core'
import type { CanonicalDecision } from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { AttestationTable, Database } from './schema.ts'

export type Engine = 'sqlite' | 'postgres'
export type Row<T extends keyof Database> = Database[T]

export type ApiKeyRow = Row<'api_keys'> & { mode: 'live' | 'test' }

/** What a database must promise. */
export interface Store {
  readonly engine: Engine
  /** Committed data, outside any transaction. */
  readonly read: Kysely<Database>
  /** As `read`, for what may look at much of the log: it keeps no decision waiting. */
  readonly scan: Kysely<Database>
  /**
   * Runs `work` in one transaction, as if no other write ran meanwhile, and resolves after it is on disk. It runs again
   * when another process got in between, so whatever it does beside the transaction must bear being done twice.
   * `now` is the store's clock, Unix milliseconds.
   */
  write<T>(work: (tx: Transaction<Database>, now: number) => Promise<T>): Promise<T>
  /** Queues a decision, runs it with fresh facts under its locks, resolves after the batch is on disk. */
  decide<T>(job: DecisionJob<T>): Promise<T>
  /** Decisions that wait for a batch, in this process. */
  waiting(): number
  /** Connections of each pool of this process; none where the database is embedded. */
  pools(): readonly PoolState[]
  /** The store's clock, Unix milliseconds. */
  now(): Promise<number>
  /** The API key with this hash, as committed: on the path of every request, so it does not go through Kysely. */
  findApiKey(hash: string): Promise<ApiKeyRow | undefined>
  /** The gate with this id, as committed, closed or not: on the path of every check. Not to be changed: others may be given the same. */
  findGate(id: string): Promise<Row<'gates'> | undefined>
  /** Whether the database answers. */
  ping(): Promise<void>
  /** Finishes what is queued, then closes. */
  close(): Promise<void>
}

export interface PoolState {
  /** `decisions`, or `others` for reads and administration. */
  pool: string
  /** Open connections. */
  total: number
  /** Those that nobody uses. */
  idle: number
  /** Who waits for one. */
  waiting: number
}

/** Rows to read within a decision, by which its passport is judged. */
export interface PassportReads {
  /** Gates that are read beside the one that it is made at: those that issued its passports. */
  gate_ids: readonly string[]
  /** Server-issued passports whose live rows are read: the one presented, and the root of its chain. */
  passport_ids: readonly string[]
  issuer_ids: readonly string[]
  /** Keys of revocations of self-issued passports to look up. */
  revocation_keys: readonly string[]
}

/** Of a decision about no passport that can be revoked. */
export const NO_READS: PassportReads = {
  gate_ids: [],
  passport_ids: [],
  issuer_ids: [],
  revocation_keys: [],
}

/** One decision: which rows it depends on, and a pure function from those rows to what is recorded. */
export interface DecisionJob<T> extends PassportReads {
  workspace_id: string
  /** The chain that the record joins: the gate's, or the workspace's for decisions without a gate. */
  chain_id: string
  gate_id: string | null
  /** Counters read and written, the passport's own first. */
  counter_keys: readonly string[]
  /** Whose `sequence_number` the record carries: the passport, or the gate for anonymous callers. */
  sequence_key: string
  approval_id: string | null
  /** A nonce to look up; it is used up when the record says so. */
  nonce: Nonce | null
  idempotency: IdempotencyClaim | null
  /** Told how many decisions are flushed with it, when its turn has come. It must not throw. */
  onBatch?(size: number): void
  /** Decides from fresh facts. Throws a `ModeiProblem` when the request cannot be processed at all. */
  decide(facts: LiveFacts): DecisionRecord<T> | NeedPermits
}

/** Something that may be said once. */
export interface Nonce {
  scope: string
  nonce: string
  /** Unix milliseconds after which it is refused for its age alone. */
  expires_at: number
}

/** Asks for the log of past permits of a counter, to fill a counter that a new limit needs. */
export interface NeedPermits {
  need: 'permits'
  counter_key: string
  /** Unix milliseconds; 0 for all. */
  since: number
}

/** Rows as they stand inside the decision's transaction. */
export interface LiveFacts {
  /** The store’s clock, never before the last decision of any of the job’s counters. */
  now: number
  gate(id: string): Row<'gates'> | undefined
  issuer(id: string): Row<'issuers'> | undefined
  passport(id: string): LivePassport | undefined
  workspace(): { supervised_at: number | null }
  /** Unix milliseconds of the revocation of a self-issued passport. */
  revokedAt(key: string): number | undefined
  /** The counter's state as earlier decisions of this batch left it. Read it; changes go into `effects`. */
  counters(key: string): Counters
  approval(id: string): Row<'approvals'> | undefined
  nonceUsed(scope: string, nonce: string): boolean
  /** Loaded after a {@link NeedPermits}; `undefined` until then. */
  pastPermits(counterKey: string): readonly PastPermit[] | undefined
}

export type LivePassport = Pick<
  Row<'passports'>,
  'id' | 'workspace_id' | 'revoked_at' | 'constraint_version' | 'set_constraints'
>

/** Everything that one decision writes. */
export interface DecisionRecord<T> {
  /** The signed content apart from its place in the chain, which the store adds. */
  attestation: AttestationDraft
  /** What changes on which counter, applied by the store in this order. */
  effects: readonly { counter_key: string; effect: CounterEffect }[]
  /** Set when the passport spends or reserves on ancestors' counters. */
  ancestor_charges: readonly Omit<Row<'ancestor_charges'>, 'workspace_id' | 'attestation_id'>[]
  /** Holds that are new or changed, whole rows. */
  approvals: readonly Row<'approvals'>[]
  /** Uses up the job's nonce. */
  burn_nonce: boolean
  /** Whether it counts among the gate's checks, and how it ended. */
  check: 'allowed' | 'denied' | null
  /** Builds the answer from the sealed record. */
  result(sealed: SealedAttestation): T
}

export interface AttestationDraft {
  id: string
  type: string
  passport_id: string | null
  counter_key: string | null
  agent_id: string | null
  action: string | null
  target: string | null
  decision: CanonicalDecision | null
  reason_code: string | null
  cost_cents: number
  /** Further signed members. */
  content: Readonly<Record<string, unknown>>
}

export type SealedAttestation = AttestationTable & { public_key: string }

/** The promise that a repeat of this request replays its answer. */
export interface IdempotencyClaim {
  workspace_id: string
  key_id: string
  method: string
  path: string
  idempotency_key: string
  /** Hash of the request; another one under the same key is a conflict. */
  fingerprint: string
  /** The stored form of a successful answer, secrets left out. */
  encode(result: unknown): { status: number; body: string }
}

/** A repeat was found: the answer to replay. Thrown inside a transaction, which records nothing. */
export class IdempotentReplay extends Error {
  override readonly name = 'IdempotentReplay'
  readonly status: number
  readonly body: string
  constructor(status: number, body: string) {
    super('this request was answered before')
    this.status = status
    this.body = body
  }
}
