import {
  type CatalogFacts,
  type EnforceOutcome,
  enforce,
  inOrder,
  prepareCounters,
  type Refusal,
  type Subject,
  targetHost,
} from '@modei/core'
import { canonicalJson, type EnforceResult, formatTimestamp, ModeiProblem, sha256Hex } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type {
  DecisionJob,
  DecisionRecord,
  IdempotencyClaim,
  LiveFacts,
  NeedPermits,
  Row,
  SealedAttestation,
} from '../store/store.ts'
import { approvalFingerprint } from './approval-fingerprint.ts'
import { catalogFacts } from './catalog-facts.ts'
import { catalogInstances } from './catalog-instances.ts'
import { answeredEvaluations, signedCatalog, signedChecks, signedEvaluations } from './decision-content.ts'
import { type Found, findPresented, type PassportReference } from './find-presented.ts'
import { acceptsIssuer, gateFacts } from './gate-facts.ts'
import { gateNotFound } from './gates.ts'
import { limitSelfIssued } from './limit-self-issued.ts'
import { logDecision } from './log-decision.ts'
import { passportNotFound } from './passports.ts'
import { type AssertionInput, type Possession, provePossession } from './possession.ts'
import { presentedApproval } from './presented-approval.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

export interface EnforceRequest extends PassportReference {
  action: string
  assertion?: AssertionInput | undefined
  target?: string | undefined
  cost_cents?: number | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
  approval_request_id?: string | undefined
}

/** An enforcement in canonical words; the edge spells the decision for the caller's version. */
export type EnforceAnswer = Omit<EnforceResult, 'decision'> & { decision: EnforceOutcome['decision'] }

/** One request with all that was found before its decision. */
interface Prepared {
  request: EnforceRequest
  passport: PresentedPassport
  workspace_id: string
  gate_id: string | null
  possession: Possession
  /** A limit of its identity key that the request went over. */
  limited: Refusal | null
  catalog: CatalogFacts | null
  approval_id: string | undefined
}

/** Decides and records one request. A refusal is a value, so its record commits. */
export async function enforceAction(
  services: Services,
  caller: Caller,
  request: EnforceRequest,
  claim: IdempotencyClaim | null,
): Promise<EnforceAnswer> {
  const prepared = await prepare(services, caller, request)
  const { passport, workspace_id: workspaceId, gate_id: gateId } = prepared
  const job: DecisionJob<EnforceAnswer> = {
    workspace_id: workspaceId,
    chain_id: gateId ?? workspaceId,
    gate_id: gateId,
    ...passport.reads,
    counter_keys: [passport.counter_key, ...passport.ancestors.map(({ counter_key }) => counter_key)],
    sequence_key: passport.sequence_key,
    approval_id: prepared.approval_id ?? null,
    nonce: prepared.possession.nonce,
    idempotency: claim,
    decide: (facts) => decide(services, prepared, facts),
  }
  const decided = await services.store.decide(job)
  logDecision(
    services,
    'enforce',
    { ...decided, reason_code: decided.reason },
    { gate_id: gateId, ...request },
  )
  return decided
}

async function prepare(services: Services, caller: Caller, request: EnforceRequest): Promise<Prepared> {
  const found = await findPresented(services, request)
  const { passport } = found
  if (passport === null) throw unusablePassport(request, found)
  const assertedGate = request.assertion?.assertion_json.gate_id
  const gateId = passport.gate_id ?? (typeof assertedGate === 'string' ? assertedGate : null)
  await refuseForeign(services, caller, passport, gateId)
  const possession = provePossession(passport, { ...request, gate_id: gateId }, request.assertion, {
    required: found.inline,
    now: await services.store.now(),
  })
  return {
    request,
    passport,
    workspace_id: caller.workspace_id,
    gate_id: gateId,
    possession,
    limited: limitSelfIssued(services, passport, found, possession),
    catalog: gateId === null ? null : await catalogFacts(services, gateId, passport, request.action),
    approval_id: requestedApproval(request),
  }
}

/** Another workspace's passport or gate answers like one that does not exist, unless the gate trusts its issuer. */
async function refuseForeign(
  services: Services,
  caller: Caller,
  passport: PresentedPassport,
  gateId: string | null,
): Promise<void> {
  const own = passport.workspace_id === caller.workspace_id
  // The gate that issued it is of the same workspace.
  if (own && gateId === passport.gate_id) return
  const gate = gateId === null ? undefined : await findGate(services, gateId)
  const ownGate = gate?.workspace_id === caller.workspace_id ? gate : undefined
  const trusted = ownGate !== undefined && acceptsIssuer(ownGate, passport)
  if (!own && passport.workspace_id !== null && !trusted) throw passportNotFound(passport.passport_id)
  if (gateId !== null && ownGate === undefined) throw gateNotFound(gateId)
}

/** A passport that is not known is a 404; one that is carried along and bad is a field that is not valid. */
function unusablePassport(request: EnforceRequest, found: Found): ModeiProblem {
  if (request.passport === undefined || !('refusal' in found))
    return passportNotFound(request.passport_id ?? '')
  const { reason, detail } = found.refusal
  return new ModeiProblem('passport_invalid', `the passport is not valid: ${detail}`, {
    errors: [{ pointer: '/body/passport', message: detail }],
    extra: { reason_code: reason },
  })
}

function findGate({ store }: Services, gateId: string): Promise<Row<'gates'> | undefined> {
  return store.read.selectFrom('gates').selectAll().where('id', '=', gateId).executeTakeFirst()
}

/** The Python client has no field of its own for it, so it may travel in the metadata. */
function requestedApproval(request: EnforceRequest): string | undefined {
  const carried = request.metadata?.approval_request_id
  return request.approval_request_id ?? (typeof carried === 'string' ? carried : undefined)
}

function subjectsOf({ passport, catalog, request }: Prepared, facts: LiveFacts): Subject[] {
  const own: Subject = {
    counter_key: passport.counter_key,
    counters: facts.counters(passport.counter_key),
    instances: inOrder([
      ...passport.instances(facts, request.action),
      ...catalogInstances(catalog, request.action),
    ]),
  }
  return [
    own,
    ...passport.ancestors.map((ancestor) => ({
      counter_key: ancestor.counter_key,
      counters: facts.counters(ancestor.counter_key),
      instances: ancestor.instances(facts, request.action),
    })),
  ]
}

function decide(
  services: Services,
  prepared: Prepared,
  facts: LiveFacts,
): DecisionRecord<EnforceAnswer> | NeedPermits {
  const { request, passport, gate_id: gateId, possession, catalog, approval_id: approvalId } = prepared
  const gateRow = gateId === null ? undefined : facts.gate(gateId)
  if (gateId !== null && (gateRow === undefined || gateRow.deleted_at !== null)) throw gateNotFound(gateId)
  const subjects = subjectsOf(prepared, facts)
  const needed = prepareCounters(subjects, facts.now, (key) => facts.pastPermits(key))
  if (needed !== null) return { need: 'permits', ...needed }
  const metadata = request.metadata ?? {}
  const fingerprint = () =>
    approvalFingerprint({
      passport_id: passport.sequence_key,
      action: request.action,
      target: request.target,
      cost_cents: request.cost_cents,
      metadata,
      constraint_version: passport.constraint_version(facts),
    })
  const proof = possession.judge(facts)
  const credential = passport.credential(facts, proof)
  const outcome = enforce({
    now: facts.now,
    action: request.action,
    target: request.target,
    cost_cents: request.cost_cents,
    metadata,
    credential: prepared.limited === null ? credential : { ...credential, malformed: prepared.limited },
    gate: gateRow === undefined ? null : gateFacts(gateRow, passport, catalog),
    subjects,
    supervision_heartbeat_at: facts.workspace().supervised_at ?? undefined,
    fingerprint,
    approval: approvalId === undefined ? null : presentedApproval(approvalId, passport.passport_id, facts),
    new_approval_id: () => newId('hold', facts.now),
    approval_ttl_ms: services.config.MODEI_APPROVAL_TTL * 1000,
  })
  return record(prepared, outcome, facts, fingerprint, proof === 'proved')
}

function record(
  prepared: Prepared,
  outcome: EnforceOutcome,
  facts: LiveFacts,
  fingerprint: () => string,
  proved: boolean,
): DecisionRecord<EnforceAnswer> {
  const { request, passport, catalog, possession } = prepared
  const id = newId('enf', facts.now)
  const permitted = outcome.decision === 'allow'
  return {
    attestation: {
      id,
      type: 'enforcement',
      passport_id: passport.passport_id,
      counter_key: permitted ? passport.counter_key : null,
      agent_id: passport.agent_id,
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
        constraint_version: passport.constraint_version(facts),
        counters: outcome.counters,
        catalog: signedCatalog(catalog),
        approval_request_id: outcome.hold?.approval_id ?? outcome.used_approval_id,
        assertion_nonce: proved ? (possession.nonce?.nonce ?? null) : null,
        metadata_hash: request.metadata === undefined ? null : sha256Hex(canonicalJson(request.metadata)),
      },
    },
    effects: outcome.effects,
    ancestor_charges: permitted ? ancestorCharges(prepared, outcome, facts) : [],
    approvals: approvalRows(prepared, outcome, facts, fingerprint, id),
    burn_nonce: proved,
    check: null,
    result: (sealed) => answer(outcome, sealed),
  }
}

function ancestorCharges({ passport, request }: Prepared, outcome: EnforceOutcome, facts: LiveFacts) {
  return passport.ancestors.map(({ counter_key }) => ({
    counter_key,
    at: facts.now,
    action: request.action,
    cost_cents: outcome.cost_cents,
    target_host: targetHost(request.target) ?? null,
  }))
}

function approvalRows(
  { request, passport, workspace_id: workspaceId, gate_id: gateId }: Prepared,
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
    workspace_id: workspaceId,
    gate_id: gateId,
    passport_id: passport.passport_id,
    agent_id: passport.agent_id,
    action: request.action,
    target: request.target ?? null,
    cost_cents: outcome.cost_cents,
    metadata: request.metadata === undefined ? null : JSON.stringify(request.metadata),
    held_by: JSON.stringify(hold.held_by),
    reason: hold.reason,
    counter_keys: JSON.stringify([
      passport.counter_key,
      ...passport.ancestors.map(({ counter_key }) => counter_key),
    ]),
    sequence_key: passport.sequence_key,
    fingerprint: fingerprint(),
    constraint_version: passport.constraint_version(facts),
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
