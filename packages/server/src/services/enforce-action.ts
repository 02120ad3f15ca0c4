import { enforce, type EnforceOutcome, prepareCounters, type Subject } from '@modei/core'
import { canonicalJson, type EnforceResult, formatTimestamp, ModeiProblem, sha256Hex } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type {
  DecisionJob,
  DecisionRecord,
  IdempotencyClaim,
  LiveFacts,
  LivePassport,
  NeedPermits,
  Row,
  SealedAttestation,
} from '../store/store.ts'
import { approvalFingerprint } from './approval-fingerprint.ts'
import { gateFacts, issuedCredential } from './credentials.ts'
import { answeredEvaluations, signedCatalog, signedChecks, signedEvaluations } from './decision-content.ts'
import { passportNotFound } from './passports.ts'
import { presentedApproval } from './presented-approval.ts'
import type { IssuedPassport } from './passport-cache.ts'
import type { Services } from './services.ts'

export interface EnforceRequest {
  passport_id?: string | undefined
  action: string
  target?: string | undefined
  cost_cents?: number | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
  approval_request_id?: string | undefined
}

/** An enforcement in canonical words; the edge spells the decision for the caller's version. */
export type EnforceAnswer = Omit<EnforceResult, 'decision'> & { decision: EnforceOutcome['decision'] }

/** Decides and records one request. A refusal is a value, so its record commits. */
export async function enforceAction(
  services: Services,
  caller: Caller,
  request: EnforceRequest,
  claim: IdempotencyClaim | null,
): Promise<EnforceAnswer> {
  const { passport_id: passportId = '' } = request
  const passport = await services.passports.find(passportId)
  if (passport === undefined || passport.row.workspace_id !== caller.workspace_id) throw passportNotFound(passportId)
  const { row } = passport
  const approvalId = requestedApproval(request)
  const job: DecisionJob<EnforceAnswer> = {
    workspace_id: row.workspace_id,
    chain_id: row.gate_id ?? row.workspace_id,
    gate_id: row.gate_id,
    passport_ids: [row.id],
    issuer_ids: row.issuer_id === null ? [] : [row.issuer_id],
    revocation_keys: [],
    counter_keys: [row.counter_key],
    sequence_key: row.id,
    approval_id: approvalId ?? null,
    nonce: null,
    idempotency: claim,
    decide: (facts) => decide(services, passport, request, approvalId, facts),
  }
  return services.store.decide(job)
}

/** The Python client has no field of its own for it, so it may travel in the metadata. */
function requestedApproval(request: EnforceRequest): string | undefined {
  const carried = request.metadata?.approval_request_id
  return request.approval_request_id ?? (typeof carried === 'string' ? carried : undefined)
}

function decide(
  services: Services,
  passport: IssuedPassport,
  request: EnforceRequest,
  approvalId: string | undefined,
  facts: LiveFacts,
): DecisionRecord<EnforceAnswer> | NeedPermits {
  const { row } = passport
  const gateRow = row.gate_id === null ? undefined : facts.gate(row.gate_id)
  if (row.gate_id !== null && (gateRow === undefined || gateRow.deleted_at !== null)) {
    throw new ModeiProblem('not_found', `no gate \`${row.gate_id}\``)
  }
  const live = facts.passport(row.id)
  if (live === undefined) throw new ModeiProblem('not_found', `no passport \`${row.id}\``)
  const subjects: Subject[] = [
    {
      counter_key: row.counter_key,
      counters: facts.counters(row.counter_key),
      instances: services.instances.of(passport, live, request.action),
    },
  ]
  const needed = prepareCounters(subjects, facts.now, (key) => facts.pastPermits(key))
  if (needed !== null) return { need: 'permits', ...needed }
  const metadata = request.metadata ?? {}
  const fingerprint = () =>
    approvalFingerprint({
      passport_id: row.id,
      action: request.action,
      target: request.target,
      cost_cents: request.cost_cents,
      metadata,
      constraint_version: live.constraint_version,
    })
  const outcome = enforce({
    now: facts.now,
    action: request.action,
    target: request.target,
    cost_cents: request.cost_cents,
    metadata,
    credential: issuedCredential(passport, facts, 'absent'),
    gate: gateRow === undefined ? null : gateFacts(gateRow, passport),
    subjects,
    supervision_heartbeat_at: facts.workspace().supervised_at ?? undefined,
    fingerprint,
    approval: approvalId === undefined ? null : presentedApproval(approvalId, row.id, facts),
    new_approval_id: newId('hold', facts.now),
    approval_ttl_ms: services.config.MODEI_APPROVAL_TTL * 1000,
  })
  return record(passport, live, request, outcome, facts, fingerprint)
}

function record(
  passport: IssuedPassport,
  live: LivePassport,
  request: EnforceRequest,
  outcome: EnforceOutcome,
  facts: LiveFacts,
  fingerprint: () => string,
): DecisionRecord<EnforceAnswer> {
  const { row } = passport
  const id = newId('enf', facts.now)
  const permitted = outcome.decision === 'allow'
  return {
    attestation: {
      id,
      type: 'enforcement',
      passport_id: row.id,
      counter_key: permitted ? row.counter_key : null,
      agent_id: row.agent_id,
      action: request.action,
      target: request.target ?? null,
      decision: outcome.decision,
      reason_code: outcome.reason_code,
      cost_cents: outcome.cost_cents,
      content: {
        cost_declared: outcome.cost_declared,
        blocked_by: outcome.blocked_by,
        checks: signedChecks(outcome.checks.filter(({ result }) => result === 'fail')),
        evaluations: signedEvaluations(outcome.evaluations),
        constraint_version: live.constraint_version,
        counters: outcome.counters,
        catalog: signedCatalog(null),
        approval_request_id: outcome.hold?.approval_id ?? outcome.used_approval_id,
        metadata_hash: request.metadata === undefined ? null : sha256Hex(canonicalJson(request.metadata)),
      },
    },
    effects: outcome.effects,
    ancestor_charges: [],
    approvals: approvalRows(passport, live, request, outcome, facts, fingerprint, id),
    check: null,
    result: (sealed) => answer(outcome, sealed),
  }
}

function approvalRows(
  { row }: IssuedPassport,
  live: LivePassport,
  request: EnforceRequest,
  outcome: EnforceOutcome,
  facts: LiveFacts,
  fingerprint: () => string,
  attestationId: string,
): Row<'approvals'>[] {
  const rows: Row<'approvals'>[] = []
  const used = outcome.used_approval_id === null ? undefined : facts.approval(outcome.used_approval_id)
  if (used !== undefined) rows.push({ ...used, status: 'used' })
  const { hold } = outcome
  if (hold?.is_new !== true) return rows
  rows.push({
    id: hold.approval_id,
    workspace_id: row.workspace_id,
    gate_id: row.gate_id,
    passport_id: row.id,
    agent_id: row.agent_id,
    action: request.action,
    target: request.target ?? null,
    cost_cents: outcome.cost_cents,
    metadata: request.metadata === undefined ? null : JSON.stringify(request.metadata),
    held_by: JSON.stringify(hold.held_by),
    reason: hold.reason,
    counter_keys: JSON.stringify(outcome.effects.map(({ counter_key }) => counter_key)),
    fingerprint: fingerprint(),
    constraint_version: live.constraint_version,
    status: 'pending',
    created_at: facts.now,
    expires_at: hold.expires_at,
    resolved_at: null,
    resolved_by: null,
    note: null,
    attestation_id: attestationId,
  })
  return rows
}

function answer(outcome: EnforceOutcome, sealed: SealedAttestation): EnforceAnswer {
  return {
    decision: outcome.decision,
    evaluations: answeredEvaluations(outcome.evaluations),
    blocked_by: outcome.blocked_by,
    block_reason: outcome.block_reason,
    reason: outcome.reason_code,
    cumulative_cost: outcome.cumulative_cost,
    remaining_cents: outcome.remaining_cents,
    attestation_id: sealed.id,
    sequence_number: sealed.sequence_number,
    signature: sealed.signature,
    signing_key_id: sealed.signing_key_id,
    evaluated_at: formatTimestamp(sealed.created_at),
    approval_request_id: outcome.hold?.approval_id ?? null,
  }
}
