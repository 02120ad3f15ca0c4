import { patternMatches } from '@modei/protocol'
import { type CheckOutcome, checkConstraint, concludeChecks, NO_USAGE } from './check.ts'
import { type ConstraintInstance, collectInstances } from './constraints/collect.ts'
import type { ActionFacts } from './constraints/constraint.ts'
import { dataReadOnly } from './constraints/data-read-only.ts'
import type { Counters } from './counters/index.ts'
import type { CatalogEntry, CatalogFacts, CheckItem, GateFacts } from './credential.ts'
import { evaluateInstances } from './evaluate.ts'
import { prepareCounters, type Subject } from './subject.ts'

/** What a gate lets callers do that present no passport. */
export interface AnonymousRules {
  enabled: boolean
  /** Patterns; an empty list allows nothing. */
  allowed_actions: readonly string[]
  /** Patterns; blocked beats allowed. */
  blocked_actions: readonly string[]
  /** Only what does not change anything, as `core:data:read_only` judges it. */
  read_only: boolean
  /** Requests that are allowed in any 60 seconds. */
  rate_limit_per_minute: number
  /** Requests that are allowed in any 3600 seconds. */
  rate_limit_per_hour: number
}

export interface AnonymousInput {
  /** Unix milliseconds. */
  now: number
  action: string
  target: string | undefined
  context: Readonly<Record<string, unknown>>
  gate: Pick<GateFacts, 'gate_id' | 'profile' | 'catalog'>
  rules: AnonymousRules
  /** What the gate's catalog limits the action to. */
  instances: readonly ConstraintInstance[]
  supervision_heartbeat_at: number | undefined
  /** What was allowed to this caller's address; a draft, which may be filled up. */
  counters: Counters
}

/**
 * May somebody without a passport do this here? Everything is reported; the first failure decides. The rate is
 * judged last and only where nothing else stands against it, so a refusal uses nothing up.
 */
export function checkAnonymous(input: AnonymousInput): CheckOutcome {
  const { action, rules, gate } = input
  const entry = gate.catalog?.known === true ? gate.catalog.entry : null
  const facts = factsOf(input, entry)
  const checks = [
    checkAdmission(input),
    rules.blocked_actions.some((pattern) => patternMatches(pattern, action))
      ? fail('blocked_actions', 'anonymous_action_blocked', `\`${action}\` is blocked without a passport`)
      : pass('blocked_actions', `\`${action}\` is not blocked`),
    rules.allowed_actions.some((pattern) => patternMatches(pattern, action))
      ? pass('allowed_actions', `\`${action}\` is allowed without a passport`)
      : fail('allowed_actions', 'anonymous_action_not_allowed', `\`${action}\` needs a passport`),
    checkReading(rules, facts),
    checkCatalog(gate.catalog, entry, action),
    checkTrust(entry),
    ...input.instances.map((instance) => checkConstraint(instance, facts)),
  ]
  const refused = checks.some(({ result }) => result === 'fail')
  checks.push(refused ? skip('rate_limit', 'not counted') : checkRate(input, facts))
  return concludeChecks(checks)
}

function pass(name: string, detail: string): CheckItem {
  return { name, result: 'pass', detail }
}

function fail(name: string, reason_code: string, detail: string): CheckItem {
  return { name, result: 'fail', reason_code, detail }
}

function skip(name: string, detail: string): CheckItem {
  return { name, result: 'skip', detail }
}

function factsOf(
  { now, action, target, context, gate, supervision_heartbeat_at }: AnonymousInput,
  entry: CatalogEntry | null,
): Omit<ActionFacts, 'qualifiers'> {
  return {
    now,
    action,
    target,
    cost_cents: 0,
    cost_known: false,
    cost_declared: false,
    metadata: context,
    catalog: { listed: entry !== null, risk_level: entry?.risk_level },
    passport: {
      passport_id: '',
      agent_id: '',
      agent_name: null,
      gate_id: gate.gate_id,
      permissions: [],
      expires_at: '',
    },
    supervision_heartbeat_at,
    usage: NO_USAGE,
  }
}

function checkAdmission({ gate, rules }: AnonymousInput): CheckItem {
  const name = 'anonymous_access'
  if (gate.profile === 'L3') {
    return fail(name, 'anonymous_not_allowed', 'a gate of profile L3 admits nobody without a passport')
  }
  return rules.enabled
    ? pass(name, 'the gate admits callers without a passport')
    : fail(name, 'anonymous_not_allowed', 'the gate admits nobody without a passport')
}

function checkReading(rules: AnonymousRules, facts: Omit<ActionFacts, 'qualifiers'>): CheckItem {
  const name = 'read_only'
  if (!rules.read_only) return skip(name, 'the gate lets callers without a passport change things')
  const qualifiers = { cumulative_window: { kind: 'total' }, timezone: 'UTC' } as const
  const verdict = dataReadOnly.evaluate(true, { ...facts, qualifiers })
  return verdict.result === 'pass'
    ? pass(name, `\`${facts.action}\` only reads`)
    : fail(name, 'anonymous_read_only', verdict.detail)
}

function checkCatalog(catalog: CatalogFacts | null, entry: CatalogEntry | null, action: string): CheckItem {
  const name = 'permission'
  if (catalog === null) return skip(name, 'the gate has no catalog in effect')
  return entry === null
    ? fail(name, 'permission_not_in_catalog', `\`${action}\` is not in catalog version ${catalog.version}`)
    : pass(name, `\`${action}\` is in catalog version ${catalog.version}`)
}

function checkTrust(entry: CatalogEntry | null): CheckItem {
  const name = 'trust_level'
  if (entry === null) return skip(name, 'no catalog sets one')
  return entry.min_trust_level <= 1
    ? pass(name, 'the action needs no more than trust level 1')
    : fail(
        name,
        'trust_tier_insufficient',
        `the action needs trust level ${entry.min_trust_level}, which takes a passport`,
      )
}

function checkRate(input: AnonymousInput, facts: Omit<ActionFacts, 'qualifiers'>): CheckItem {
  const name = 'rate_limit'
  const subject = rateSubject(input)
  // An address that was not met before, or not lately, has no past; an older one keeps its counters.
  prepareCounters([subject], input.now, () => [])
  const { usage: _, ...known } = facts
  const { blocked } = evaluateInstances([subject], {
    facts: known,
    excludeReservation: undefined,
    metHolds: [],
  })
  if (blocked !== null) return fail(name, 'anonymous_rate_limited', blocked.detail)
  const { rate_limit_per_minute: minute, rate_limit_per_hour: hour } = input.rules
  return pass(name, `within ${minute} a minute and ${hour} an hour`)
}

function rateSubject({ action, rules, counters }: AnonymousInput): Subject {
  const flat = new Map([
    ['core:rate:max_per_minute', rules.rate_limit_per_minute],
    ['core:rate:max_per_hour', rules.rate_limit_per_hour],
  ])
  const instances = collectInstances({ flat, byPermission: new Map(), action, source: 'request' })
  return { counter_key: 'address', counters, instances }
}
