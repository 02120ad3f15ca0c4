import {
  applyEffect,
  type Counters,
  newCounters,
  type PastPermit,
  parseCounters,
  serializeCounters,
} from '@modei/core'
import { formatTimestamp, ModeiProblem, readableCanonicalJson, sha256Hex } from '@modei/protocol'
import { type DecidedBatch, type FlushView, type FlushWrites, noWrites, type SigningKeyRow } from './flush.ts'
import type { Signer } from './signer.ts'
import {
  type DecisionJob,
  type DecisionRecord,
  IdempotentReplay,
  type LiveFacts,
  type Row,
  type SealedAttestation,
} from './store.ts'
import { REPLAY_MS } from './write-once.ts'

export type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown }

interface CounterDraft {
  row: Row<'counters'>
  dirty: boolean
  /** What this batch permitted, which the log does not hold yet. */
  permits: PastPermit[]
}

/** The state of rows that were read before, for an engine that gives the same row to flush after flush. */
const states = new WeakMap<Row<'counters'>, Counters>()

interface Pending {
  index: number
  job: DecisionJob<unknown>
  record: DecisionRecord<unknown>
  /** Sealed once its signature is there. */
  row: SealedAttestation
  key: SigningKeyRow
}

/** Decides one batch in memory, in order of arrival, and gathers what is to be written. */
export class FlushBatch implements DecidedBatch {
  readonly outcomes: Outcome[] = []
  readonly #signer: Signer
  readonly writes: FlushWrites = noWrites()
  /** By workspace and key, each as it came: a text made of both would be made and hashed for each look. */
  readonly #counters = new Map<string, Map<string, CounterDraft>>()
  readonly #chains = new Map<string, Row<'chains'>>()
  readonly #approvals = new Map<string, Row<'approvals'>>()
  readonly #nonces = new Set<string>()
  readonly #idempotent = new Map<string, string>()
  readonly #pending: Pending[] = []

  constructor(signer: Signer) {
    this.#signer = signer
  }

  async decide(jobs: readonly DecisionJob<unknown>[], view: FlushView): Promise<void> {
    for (const [index, job] of jobs.entries()) {
      try {
        await this.#decideOne(index, job, view)
      } catch (error) {
        this.outcomes[index] = { ok: false, error }
      }
    }
    for (const drafts of this.#counters.values()) {
      for (const draft of drafts.values()) {
        if (!draft.dirty) continue
        const state = states.get(draft.row)
        if (state !== undefined) draft.row.state = serializeCounters(state)
        this.writes.counters.push(draft.row)
      }
    }
    this.writes.chains.push(...this.#chains.values())
    this.writes.approvals.push(...this.#approvals.values())
  }

  async #decideOne(index: number, job: DecisionJob<unknown>, view: FlushView): Promise<void> {
    this.#refuseRepeat(job, view)
    const past = new Map<string, PastPermit[]>()
    const facts = this.#facts(job, view, past)
    let answer = job.decide(facts)
    while ('need' in answer) {
      if (past.has(answer.counter_key)) throw new Error('a decision asked twice for the same permits')
      const logged = await view.pastPermits(job.workspace_id, answer.counter_key, answer.since)
      const { permits } = this.#counter(job.workspace_id, answer.counter_key, view)
      past.set(answer.counter_key, [...logged, ...permits])
      answer = job.decide(facts)
    }
    this.#record(index, job, answer, facts, view)
  }

  #facts(job: DecisionJob<unknown>, view: FlushView, past: ReadonlyMap<string, PastPermit[]>): LiveFacts {
    let now = view.now
    for (const key of [job.sequence_key, ...job.counter_keys]) {
      now = Math.max(now, this.#counter(job.workspace_id, key, view).row.last_decision_at)
    }
    return {
      now,
      gate: (id) => view.gate(id),
      issuer: (id) => view.issuer(id),
      passport: (id) => view.passport(id),
      workspace: () => view.workspace(job.workspace_id),
      revokedAt: (key) => view.revokedAt(key),
      counters: (key) => stateOf(this.#counter(job.workspace_id, key, view).row, now),
      approval: (id) => {
        const row = this.#approvals.get(id) ?? view.approval(job.workspace_id, id)
        return row?.workspace_id === job.workspace_id ? row : undefined
      },
      nonceUsed: (scope, nonce) => this.#nonces.has(`${scope} ${nonce}`) || view.nonceUsed(scope, nonce),
      pastPermits: (key) => past.get(key),
    }
  }

  #counter(workspaceId: string, key: string, view: FlushView): CounterDraft {
    let drafts = this.#counters.get(workspaceId)
    if (drafts === undefined) {
      drafts = new Map()
      this.#counters.set(workspaceId, drafts)
    }
    let draft = drafts.get(key)
    if (draft === undefined) {
      const row = view.counter(workspaceId, key) ?? {
        workspace_id: workspaceId,
        counter_key: key,
        sequence_number: 0,
        last_decision_at: 0,
        last_attestation_id: null,
        state: null,
      }
      draft = { row, dirty: false, permits: [] }
      drafts.set(key, draft)
    }
    return draft
  }

  #chain(job: DecisionJob<unknown>, view: FlushView): Row<'chains'> {
    let chain = this.#chains.get(job.chain_id)
    if (chain === undefined) {
      const stored = view.chain(job.chain_id)
      chain = stored ?? {
        chain_id: job.chain_id,
        workspace_id: job.workspace_id,
        head_index: 0,
        head_hash: null,
        last_at: 0,
        total_checks: 0,
        allowed: 0,
        denied: 0,
        last_check_at: null,
      }
      this.#chains.set(job.chain_id, chain)
    }
    return chain
  }

  #record(
    index: number,
    job: DecisionJob<unknown>,
    record: DecisionRecord<unknown>,
    facts: LiveFacts,
    view: FlushView,
  ): void {
    const key = view.activeKey(job.chain_id)
    if (key === undefined) throw new Error(`${job.chain_id} has no active signing key`)
    const sequence = this.#counter(job.workspace_id, job.sequence_key, view)
    const chain = this.#chain(job, view)
    const draft = record.attestation
    const chainIndex = chain.head_index + 1
    const sequenceNumber = sequence.row.sequence_number + 1
    // Nothing is signed that no verifier could read back.
    const json = readableCanonicalJson({
      ...draft.content,
      attestation_id: draft.id,
      type: draft.type,
      gate_id: job.gate_id,
      passport_id: draft.passport_id,
      agent_id: draft.agent_id,
      action: draft.action,
      target: draft.target,
      decision: draft.decision,
      reason_code: draft.reason_code,
      cost_cents: draft.cost_cents,
      sequence_number: sequenceNumber,
      chain_id: job.chain_id,
      chain_index: chainIndex,
      previous_hash: chain.head_hash,
      signing_key_id: key.id,
      created_at: formatTimestamp(facts.now),
    })
    const hash = sha256Hex(json)

    // From here on nothing throws: the batch's drafts change together.
    for (const { counter_key, effect } of record.effects) {
      const counter = this.#counter(job.workspace_id, counter_key, view)
      applyEffect(stateOf(counter.row, facts.now), effect)
      counter.dirty = true
      counter.row.last_decision_at = facts.now
      if (effect.type === 'charge') {
        const { action, cost_cents, target_host } = effect
        counter.permits.push({ at: facts.now, action, cost_cents, target_host })
      }
    }
    sequence.dirty = true
    sequence.row.sequence_number = sequenceNumber
    sequence.row.last_decision_at = facts.now
    sequence.row.last_attestation_id = draft.id
    chain.head_index = chainIndex
    chain.head_hash = hash
    chain.last_at = facts.now
    if (record.check !== null) {
      chain.total_checks += 1
      chain[record.check] += 1
      chain.last_check_at = facts.now
    }
    if (record.burn_nonce && job.nonce !== null) {
      this.#nonces.add(`${job.nonce.scope} ${job.nonce.nonce}`)
      this.writes.nonces.push(job.nonce)
    }
    for (const approval of record.approvals) this.#approvals.set(approval.id, approval)
    for (const charge of record.ancestor_charges) {
      this.writes.ancestor_charges.push({
        ...charge,
        workspace_id: job.workspace_id,
        attestation_id: draft.id,
      })
    }
    const row: SealedAttestation = {
      chain_id: job.chain_id,
      chain_index: chainIndex,
      chain_hash: hash,
      workspace_id: job.workspace_id,
      id: draft.id,
      type: draft.type,
      gate_id: job.gate_id,
      passport_id: draft.passport_id,
      sequence_key: job.sequence_key,
      counter_key: draft.counter_key,
      agent_id: draft.agent_id,
      action: draft.action,
      target: draft.target,
      decision: draft.decision,
      reason_code: draft.reason_code,
      cost_cents: draft.cost_cents,
      sequence_number: sequenceNumber,
      created_at: facts.now,
      attestation_json: json,
      signature: '',
      signing_key_id: key.id,
      public_key: key.public_key,
    }
    this.writes.attestations.push(row)
    this.#pending.push({ index, job, record, row, key })
  }

  get keys(): SigningKeyRow[] {
    return this.#pending.map(({ key }) => key)
  }

  get storesAnswers(): boolean {
    return this.#pending.some(({ job }) => job.idempotency !== null)
  }

  async seal(): Promise<void> {
    const signatures = await this.#signer.signAll(
      this.#pending.map(({ key, row }) => ({ key, text: row.attestation_json })),
    )
    for (const [i, pending] of this.#pending.entries()) {
      // A decision whose answer cannot be made must not be recorded: without its claim a retry would act again. So a
      // failure here gives up the whole batch before anything is written, and each job is tried by itself.
      const value = answerOf(pending, signatures[i])
      this.outcomes[pending.index] = { ok: true, value }
      const { job, row } = pending
      if (job.idempotency !== null) {
        const { encode, ...claim } = job.idempotency
        this.writes.idempotency.push({ ...claim, ...encode(value), created_at: row.created_at })
      }
    }
  }

  sealRecorded(signatures: readonly string[]): void {
    for (const [i, pending] of this.#pending.entries()) {
      // An answer that cannot be made is its caller's failure alone: the record stands.
      try {
        this.outcomes[pending.index] = { ok: true, value: answerOf(pending, signatures[i]) }
      } catch (error) {
        this.outcomes[pending.index] = { ok: false, error }
      }
    }
  }

  /** A repeat within the batch waits for the first's answer by being refused for now; one before it is replayed. */
  #refuseRepeat(job: DecisionJob<unknown>, view: FlushView): void {
    const claim = job.idempotency
    if (claim === null) return
    const stored = view.idempotent(claim)
    if (stored !== undefined && stored.created_at > view.now - REPLAY_MS) {
      if (stored.fingerprint === claim.fingerprint) throw new IdempotentReplay(stored.status, stored.body)
      throw new ModeiProblem('idempotency_conflict', 'this idempotency key was used with another request')
    }
    const id = `${claim.workspace_id} ${claim.key_id} ${claim.method} ${claim.path} ${claim.idempotency_key}`
    const earlier = this.#idempotent.get(id)
    if (earlier !== undefined) {
      throw earlier === claim.fingerprint
        ? new ModeiProblem('idempotency_in_flight', 'the first request with this key is still running', {
            retryAfter: 1,
          })
        : new ModeiProblem('idempotency_conflict', 'this idempotency key was used with another request')
    }
    this.#idempotent.set(id, claim.fingerprint)
  }
}

function stateOf(row: Row<'counters'>, now: number): Counters {
  const known = states.get(row)
  if (known !== undefined) return known
  const state = row.state === null ? newCounters(now) : parseCounters(row.state)
  states.set(row, state)
  return state
}

function answerOf({ record, row }: Pending, signature: string | undefined): unknown {
  if (signature === undefined) throw new Error('a record was not signed')
  row.signature = signature
  return record.result(row)
}
