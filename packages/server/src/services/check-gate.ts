import { check, type CheckItem, type CheckOutcome } from '@modei/core'
import { type CheckResult, ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type { DecisionRecord, IdempotencyClaim, LiveFacts, SealedAttestation } from '../store/store.ts'
import { gateFacts, issuedCredential } from './credentials.ts'
import { signedCatalog, signedChecks } from './decision-content.ts'
import { gateNotFound } from './gates.ts'
import type { IssuedPassport } from './passport-cache.ts'
import type { Services } from './services.ts'

export interface CheckRequest {
  gate_id: string
  action: string
  passport_id?: string | undefined
  target?: string | undefined
  context?: Readonly<Record<string, unknown>> | undefined
}

/** A check in canonical words; the edge spells the decision for the caller's version. */
export type CheckAnswer = Omit<CheckResult, 'decision'> & { decision: CheckOutcome['decision'] }

/** Verifies a passport at a gate and records the verdict. No passport is judged by the anonymous policy. */
export async function checkGate(
  services: Services,
  caller: Caller | null,
  request: CheckRequest,
  claim: IdempotencyClaim | null,
): Promise<CheckAnswer> {
  const gate = await services.store.read
    .selectFrom('gates')
    .select(['workspace_id', 'deleted_at'])
    .where('id', '=', request.gate_id)
    .executeTakeFirst()
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  const { passport_id: passportId } = request
  if (passportId !== undefined && caller?.workspace_id !== gate.workspace_id) {
    // Alike whether the passport exists or not: only the gate's own workspace may ask about ids.
    throw new ModeiProblem('unauthenticated', 'the API key is missing or not valid')
  }
  const passport = passportId === undefined ? undefined : await services.passports.find(passportId)
  return services.store.decide<CheckAnswer>({
    workspace_id: gate.workspace_id,
    chain_id: request.gate_id,
    gate_id: request.gate_id,
    passport_ids: passport === undefined ? [] : [passport.row.id],
    issuer_ids: typeof passport?.row.issuer_id === 'string' ? [passport.row.issuer_id] : [],
    revocation_keys: [],
    counter_keys: [],
    sequence_key: passport === undefined ? `anonymous:${request.gate_id}` : passport.row.id,
    approval_id: null,
    nonce: null,
    idempotency: claim,
    decide: (facts) => decide(services, gate.workspace_id, request, passport, facts),
  })
}

function decide(
  services: Services,
  workspaceId: string,
  request: CheckRequest,
  found: IssuedPassport | undefined,
  facts: LiveFacts,
): DecisionRecord<CheckAnswer> {
  const gate = facts.gate(request.gate_id)
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  const facts_ = gateFacts(gate, found)
  // Another workspace's passport is unknown here unless the gate trusts its issuer.
  const passport =
    found !== undefined && (found.row.workspace_id === workspaceId || facts_.issuer_accepted) ? found : undefined
  const live = passport === undefined ? undefined : facts.passport(passport.row.id)
  if (passport === undefined || live === undefined) {
    return record(request, null, null, unpresented(request.passport_id), facts)
  }
  const outcome = check({
    now: facts.now,
    action: request.action,
    target: request.target,
    context: request.context ?? {},
    credential: issuedCredential(passport, facts, 'absent'),
    gate: facts_,
    instances: services.instances.of(passport, live, request.action),
    supervision_heartbeat_at: facts.workspace().supervised_at ?? undefined,
  })
  return record(request, passport, live.constraint_version, outcome, facts)
}

/** A passport that is not known is denied; without one, the anonymous policy speaks, and it allows nothing. */
function unpresented(passportId: string | undefined): CheckOutcome {
  const [name, reason_code, detail] =
    passportId === undefined
      ? ['anonymous_access', 'anonymous_not_allowed', 'the gate allows no anonymous access']
      : ['passport', 'passport_not_found', 'the passport is not known']
  const item: CheckItem = { name, result: 'fail', reason_code, detail }
  return { decision: 'block', reason_code, checks: [item] }
}

function record(
  request: CheckRequest,
  passport: IssuedPassport | null,
  constraintVersion: number | null,
  outcome: CheckOutcome,
  facts: LiveFacts,
): DecisionRecord<CheckAnswer> {
  const accessMode = request.passport_id === undefined ? 'anonymous' : 'passport'
  return {
    attestation: {
      id: newId('att', facts.now),
      type: 'check',
      passport_id: passport?.row.id ?? null,
      counter_key: null,
      agent_id: passport?.row.agent_id ?? null,
      action: request.action,
      target: request.target ?? null,
      decision: outcome.decision,
      reason_code: outcome.reason_code,
      cost_cents: 0,
      content: {
        access_mode: accessMode,
        presented_passport_id: request.passport_id ?? null,
        checks: signedChecks(outcome.checks),
        constraint_version: constraintVersion,
        catalog: signedCatalog(null),
      },
    },
    effects: [],
    ancestor_charges: [],
    approvals: [],
    check: outcome.decision === 'allow' ? 'allowed' : 'denied',
    result: (sealed) => answer(accessMode, outcome, sealed),
  }
}

function answer(
  accessMode: CheckAnswer['access_mode'],
  outcome: CheckOutcome,
  sealed: SealedAttestation,
): CheckAnswer {
  return {
    allowed: outcome.decision === 'allow',
    decision: outcome.decision,
    reason_code: outcome.reason_code,
    access_mode: accessMode,
    attestation_id: sealed.id,
    checks: outcome.checks,
    attestation: {
      attestation_json: sealed.attestation_json,
      signature: sealed.signature,
      public_key: sealed.public_key,
      signing_key_id: sealed.signing_key_id,
    },
  }
}
