import {
  type CheckOutcome,
  type ConstraintInstance,
  collectInstances,
  type EnforceOutcome,
  type Refusal,
  readConstraintMap,
  withFurther,
} from '@modei/core'
import { type DryRunResult, isConstraintKey, ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import type { LiveFacts, NeedPermits } from '../store/store.ts'
import { findCatalog } from './catalog-facts.ts'
import { consult } from './consult.ts'
import { answeredEvaluations } from './decision-content.ts'
import { dryRunReference } from './dry-run-reference.ts'
import { type FoundPassport, findPresented } from './find-presented.ts'
import { gateNotFound } from './gates.ts'
import { judgeCheck, refusedCheck } from './judge-check.ts'
import { judgeEnforcement } from './judge-enforcement.ts'
import { limitSelfIssued } from './limit-self-issued.ts'
import { provePossession } from './possession.ts'
import { findOpenGate, type PreparedCheck, visibleAt } from './prepare-check.ts'
import type { PreparedEnforcement } from './prepare-enforcement.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

export interface DryRun {
  gate_id: string
  passport: Readonly<Record<string, unknown>>
  requested_permission: string
  requested_constraints?: Readonly<Record<string, unknown>> | undefined
  target?: string | undefined
  cost_cents?: number | undefined
}

/** A dry run in canonical words; the edge spells both decisions for the caller's version. */
export type DryRunAnswer = Omit<DryRunResult, 'decision' | 'enforce_decision'> & {
  decision: CheckOutcome['decision']
  enforce_decision: EnforceOutcome['decision']
}

/**
 * Answers what check and enforce would, by the same code over the same facts, and leaves no trace: no record, no
 * count, no nonce. It carries no proof of possession, so where the gate demands one, the proof is what is missing.
 */
export async function dryRun(services: Services, caller: Caller, request: DryRun): Promise<DryRunAnswer> {
  const gate = await findOpenGate(services, request.gate_id)
  if (gate.workspace_id !== caller.workspace_id) throw gateNotFound(request.gate_id)
  const reference = await dryRunReference(services, request.passport)
  const found = visibleAt(gate, await findPresented(services, reference))
  if (found.passport === null) return refusedRun(found.refusal)
  const { check, enforcement } = await prepare(services, caller, request, found)
  return consult(services, {
    workspace_id: gate.workspace_id,
    gate_id: gate.id,
    ...found.passport.reads,
    counter_keys: [
      found.passport.counter_key,
      ...found.passport.ancestors.map(({ counter_key }) => counter_key),
    ],
    sequence_key: found.passport.sequence_key,
    approval_id: null,
    nonce: null,
    ask: (facts) => judge(services, check, enforcement, facts),
  })
}

async function prepare(
  services: Services,
  caller: Caller,
  request: DryRun,
  found: FoundPassport,
): Promise<{ check: PreparedCheck; enforcement: PreparedEnforcement }> {
  const { gate_id: gateId, requested_permission: action, target, cost_cents } = request
  const passport = withRequested(found.passport, request.requested_constraints)
  const asked = { gate_id: gateId, action, target, passport_id: passport.passport_id }
  // An envelope that nobody registered is judged as its holder would present it.
  const possession = await provePossession(passport, asked, undefined, {
    required: false,
    now: () => services.store.now(),
  })
  const { config, limits } = services
  const limited = limitSelfIssued(
    { config, limits: { take: (name, limit) => limits.hasRoom(name, limit) } },
    passport,
    { inline: found.inline, possession, repeated: false, own_caller: true },
  )
  // An action is enforced at the gate that issued the passport, wherever it is checked.
  const enforcedAt = passport.gate_id ?? gateId
  const common = { passport, possession, limited }
  return {
    check: {
      ...common,
      request: asked,
      catalog: await findCatalog(services, gateId, passport, action),
    },
    enforcement: {
      ...common,
      request: { passport_id: passport.passport_id, action, target, cost_cents },
      workspace_id: caller.workspace_id,
      gate_id: enforcedAt,
      catalog: await findCatalog(services, enforcedAt, passport, action),
      approval_id: undefined,
    },
  }
}

/** The passport with further limits, as if they had been granted with it. */
function withRequested(
  passport: PresentedPassport,
  requested: DryRun['requested_constraints'],
): PresentedPassport {
  if (requested === undefined) return passport
  return {
    ...passport,
    instances(facts, action) {
      const { permissions } = passport.credential(facts, 'absent')
      return withFurther(
        passport.instances(facts, action),
        requestedInstances(requested, permissions, action),
      )
    },
  }
}

function requestedInstances(
  requested: Readonly<Record<string, unknown>>,
  permissions: readonly string[],
  action: string,
): ConstraintInstance[] {
  const map = readConstraintMap(requested, permissions)
  if (map.ok) return collectInstances({ ...map, action, source: 'request' })
  throw new ModeiProblem('request_invalid', map.errors[0]?.message ?? 'the constraints are not valid', {
    errors: map.errors.map(({ pointer, message }) => ({
      pointer: `/body/requested_constraints${pointer}`,
      message,
    })),
  })
}

function judge(
  services: Services,
  prepared: PreparedCheck,
  enforcement: PreparedEnforcement,
  facts: LiveFacts,
): DryRunAnswer | NeedPermits {
  const { outcome: check } = judgeCheck(prepared, facts)
  const judged = judgeEnforcement(services, enforcement, facts)
  if ('need' in judged) return judged
  const { outcome: enforce } = judged
  const allowed = check.decision === 'allow' && enforce.decision === 'allow'
  // What was not judged, because the passport itself fails, is not known to be satisfied.
  const judgedAll = enforce.checks.every(({ result }) => result !== 'fail')
  return {
    allowed,
    decision: check.decision,
    enforce_decision: enforce.decision,
    reason_code: check.reason_code ?? enforce.reason_code,
    checks: check.checks,
    evaluations: answeredEvaluations(enforce.evaluations),
    blocked_by: enforce.blocked_by ?? check.reason_code,
    constraints_satisfied:
      judgedAll &&
      enforce.evaluations.every(({ result }) => result === 'pass') &&
      check.checks.every(({ name, result }) => result !== 'fail' || !isConstraintKey(name)),
    would_record: false,
  }
}

function refusedRun(refusal: Refusal): DryRunAnswer {
  const { decision, reason_code, checks } = refusedCheck('passport', refusal)
  return {
    allowed: false,
    decision,
    enforce_decision: 'block',
    reason_code,
    checks,
    evaluations: [],
    blocked_by: reason_code,
    constraints_satisfied: false,
    would_record: false,
  }
}
