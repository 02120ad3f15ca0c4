import type { ConstraintInstance } from './constraints/collect.ts'
import type { ActionFacts } from './constraints/constraint.ts'
import type { Usage } from './counters/usage.ts'
import { type CheckItem, type Credential, checkCredential, type GateFacts } from './credential.ts'

export interface CheckInput {
  /** Unix milliseconds. */
  now: number
  action: string
  target: string | undefined
  context: Readonly<Record<string, unknown>>
  credential: Credential
  gate: GateFacts
  instances: readonly ConstraintInstance[]
  supervision_heartbeat_at: number | undefined
}

export interface CheckOutcome {
  decision: 'allow' | 'block'
  reason_code: string | null
  checks: CheckItem[]
}

/** Constraints that a check can judge: those that need no counter and no cost. */
const STATELESS = /^core:(?:time|scope|data):|^core:safety:fail_closed$/

/** A check reads no counters, so nothing is known of usage. */
export const NO_USAGE: Usage = {
  spend: () => undefined,
  rate: () => undefined,
  total: () => undefined,
  lastPermitAt: () => undefined,
  activity: () => undefined,
  hasMetTarget: () => undefined,
}

/** Is this passport valid here, and does it carry this permission? Everything is reported; the first failure decides. */
export function check(input: CheckInput): CheckOutcome {
  const checks = checkCredential(input.credential, input.gate, input.action, input.now)
  const entry = input.gate.catalog?.known === true ? input.gate.catalog.entry : null
  const facts: Omit<ActionFacts, 'qualifiers'> = {
    now: input.now,
    action: input.action,
    target: input.target,
    cost_cents: 0,
    cost_known: false,
    cost_declared: false,
    metadata: input.context,
    catalog: { listed: entry !== null, risk_level: entry?.risk_level },
    passport: { ...input.credential },
    supervision_heartbeat_at: input.supervision_heartbeat_at,
    usage: NO_USAGE,
  }
  for (const instance of input.instances) checks.push(checkConstraint(instance, facts))
  return concludeChecks(checks)
}

/** The first failure decides. */
export function concludeChecks(checks: CheckItem[]): CheckOutcome {
  const failed = checks.find((item) => item.result === 'fail')
  return {
    decision: failed === undefined ? 'allow' : 'block',
    reason_code: failed === undefined ? null : (failed.reason_code ?? failed.name),
    checks,
  }
}

/** Judges one limit of a check; those that need a counter or a cost are left to enforcement. */
export function checkConstraint(
  instance: ConstraintInstance,
  facts: Omit<ActionFacts, 'qualifiers'>,
): CheckItem {
  const name = instance.key
  if (instance.type === undefined) {
    return {
      name,
      result: 'fail',
      reason_code: 'constraint_unknown',
      detail: `the constraint ${name} is not known`,
    }
  }
  if (!STATELESS.test(name)) return { name, result: 'skip', detail: 'judged when the action is enforced' }
  const verdict = instance.type.evaluate(instance.value, { ...facts, qualifiers: instance.qualifiers })
  if (verdict.result === 'pass') return { name, result: 'pass', detail: verdict.detail ?? 'within the limit' }
  return verdict.result === 'block'
    ? { name, result: 'fail', reason_code: verdict.reason, detail: verdict.detail }
    : { name, result: 'skip', detail: 'judged when the action is enforced' }
}
