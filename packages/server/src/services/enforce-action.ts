import { type EnforceOutcome, type Refusal, targetHost } from '@modei/core'
import { canonicalJson, sha256Hex } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type {
  DecisionJob,
  DecisionRecord,
  IdempotencyClaim,
  LiveFacts,
  NeedPermits,
  Row,
} from '../store/store.ts'
import { blockBadPassport } from './block-bad-passport.ts'
import { decideByCatalog } from './catalog-facts.ts'
import { signedCatalog, signedChecks, signedEvaluations } from './decision-content.ts'
import { answerEnforcement, type EnforceAnswer, type EnforceRequest } from './enforcement-answer.ts'
import { type FoundPassport, findPresented } from './find-presented.ts'
import { type JudgedEnforcement, judgeEnforcement } from './judge-enforcement.ts'
import { logDecision } from './log-decision.ts'
import { type PreparedEnforcement, prepareEnforcement, unknownPassport } from './prepare-enforcement.ts'
import type { Services } from './services.ts'

/** Decides and records one request. A refusal is a value, so its record commits. */
export async function enforceAction(
  services: Services,
  caller: Caller,
  request: EnforceRequest,
  claim: IdempotencyClaim | null,
): Promise<EnforceAnswer> {
  const found = await findPresented(services, request)
  const job =
    found.passport === null
      ? badPassportJob(caller, request, found.refusal)
      : await enforceJob(services, caller, request, found)
  const decided = await decideByCatalog(services, { ...job, idempotency: claim })
  const { decision, reason: reason_code, attestation_id } = decided
  const { passport_id, action } = request
  logDecision(
    services,
    'enforce',
    { decision, reason_code, attestation_id },
    { gate_id: job.gate_id, passport_id, action },
  )
  return decided
}

type Job = Omit<DecisionJob<EnforceAnswer>, 'idempotency'>

/** An id that is not known names nothing; a passport that is carried along and bad is refused. */
function badPassportJob(caller: Caller, request: EnforceRequest, refusal: Refusal): Job {
  if (request.passport === undefined || refusal.reason === 'passport_not_found')
    throw unknownPassport(request)
  return blockBadPassport(caller, request, refusal)
}

async function enforceJob(
  services: Services,
  caller: Caller,
  request: EnforceRequest,
  found: FoundPassport,
): Promise<Job> {
  const prepared = await prepareEnforcement(services, caller, request, found)
  const { passport, workspace_id: workspaceId, gate_id: gateId } = prepared
  return {
    workspace_id: workspaceId,
    chain_id: gateId ?? workspaceId,
    gate_id: gateId,
    ...passport.reads,
    counter_keys: [passport.counter_key, ...passport.ancestors.map(({ counter_key }) => counter_key)],
    sequence_key: passport.sequence_key,
    approval_id: prepared.approval_id ?? null,
    nonce: prepared.possession.nonce,
    decide: (facts) => decide(services, prepared, facts),
  }
}

function decide(
  services: Services,
  prepared: PreparedEnforcement,
  facts: LiveFacts,
): DecisionRecord<EnforceAnswer> | NeedPermits {
  const judged = judgeEnforcement(services, prepared, facts)
  return 'need' in judged ? judged : record(prepared, judged, facts)
}

function record(
  prepared: PreparedEnforcement,
  judged: JudgedEnforcement,
  facts: LiveFacts,
): DecisionRecord<EnforceAnswer> {
  const { request, passport } = prepared
  const { outcome, catalog, proved_nonce: provedNonce } = judged
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
        assertion_nonce: provedNonce,
        metadata_hash: request.metadata === undefined ? null : sha256Hex(canonicalJson(request.metadata)),
      },
    },
    effects: outcome.effects,
    ancestor_charges: permitted ? ancestorCharges(prepared, outcome, facts) : [],
    approvals: approvalRows(prepared, judged, facts, id),
    burn_nonce: provedNonce !== null,
    check: null,
    result: (sealed) => answerEnforcement(outcome, sealed),
  }
}

function ancestorCharges(
  { passport, request }: PreparedEnforcement,
  outcome: EnforceOutcome,
  facts: LiveFacts,
) {
  return passport.ancestors.map(({ counter_key }) => ({
    counter_key,
    at: facts.now,
    action: request.action,
    cost_cents: outcome.cost_cents,
    target_host: targetHost(request.target) ?? null,
  }))
}

function approvalRows(
  { request, passport, workspace_id: workspaceId, gate_id: gateId }: PreparedEnforcement,
  { outcome, fingerprint }: JudgedEnforcement,
  facts: LiveFacts,
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
