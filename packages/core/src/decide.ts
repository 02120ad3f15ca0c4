import type { EngineDecision } from '@modei/protocol'
import { judgeApproval, type PresentedApproval, pendingHold } from './approval.ts'
import { bindingSpend } from './binding-spend.ts'
import { callPriceOf } from './catalogs/pricing.ts'
import type { ActionFacts } from './constraints/constraint.ts'
import { targetHost } from './constraints/target-host.ts'
import { type Counters, MAX_OPEN_RESERVATIONS, openReservations, WINDOW_TYPES } from './counters/index.ts'
import {
  type CatalogFacts,
  type CheckItem,
  type Credential,
  checkCredential,
  type GateFacts,
  type Refusal,
} from './credential.ts'
import type { CounterEffect } from './effects.ts'
import { type Evaluation, type EvaluationContext, evaluateInstances } from './evaluate.ts'
import type { Subject } from './subject.ts'

export interface EnforceInput {
  /** Unix milliseconds. */
  now: number
  action: string
  target: string | undefined
  /** Cents as declared by the caller. */
  cost_cents: number | undefined
  metadata: Readonly<Record<string, unknown>>
  credential: Credential
  gate: GateFacts | null
  subjects: readonly Subject[]
  supervision_heartbeat_at: number | undefined
  /** Hash of passport, action, target, cost, metadata and constraint version; asked for only when it is needed. */
  fingerprint(): string
  approval: PresentedApproval | null
  /** A fresh id, asked for at most once. */
  new_approval_id(): string
  approval_ttl_ms: number
}

export interface Hold {
  approval_id: string
  held_by: string[]
  reason: string
  expires_at: number
  /** False when the same request already waits. */
  is_new: boolean
}

export interface EnforceOutcome {
  decision: EngineDecision
  reason_code: string | null
  /** The constraint key, or the reason code, that decided. */
  blocked_by: string | null
  /** A sentence with the numbers. */
  block_reason: string | null
  checks: CheckItem[]
  evaluations: Evaluation[]
  hold: Hold | null
  used_approval_id: string | null
  /** Cents that the action counts as. */
  cost_cents: number
  cost_declared: boolean
  /** Cents spent in the window that binds, this action included when it is permitted. */
  cumulative_cost: number
  remaining_cents: number | null
  /** Cents spent and permits given over the passport's whole life, as this decision found and left them. */
  counters: { before: CounterTotals; after: CounterTotals }
  effects: { counter_key: string; effect: CounterEffect }[]
}

export interface CounterTotals {
  spent_cents: number
  permits: number
}

/** Decides whether an action is allowed now. Pure and total: whatever is missing or unreadable blocks. */
export function enforce(input: EnforceInput): EnforceOutcome {
  const checks = checkCredential(input.credential, input.gate, input.action, input.now)
  const cost = costOf(input.cost_cents, input.gate?.catalog ?? null)
  const outcome: EnforceOutcome = {
    decision: 'block',
    reason_code: null,
    blocked_by: null,
    block_reason: null,
    checks,
    evaluations: [],
    hold: null,
    used_approval_id: null,
    cost_cents: cost.cents,
    cost_declared: cost.declared,
    cumulative_cost: 0,
    remaining_cents: null,
    counters: { before: { spent_cents: 0, permits: 0 }, after: { spent_cents: 0, permits: 0 } },
    effects: [],
  }
  const failed = checks.find((check) => check.result === 'fail')
  if (failed !== undefined)
    return withSpend(input, block(outcome, failed.reason_code ?? failed.name, failed.detail))
  const impossible = impossibleRequest(input, cost.cents)
  if (impossible !== null) return withSpend(input, block(outcome, impossible.reason, impossible.detail))
  const pending = pendingHold(input)
  const approval = input.approval === null ? null : judgeApproval(input.approval, input)
  if (approval !== null && 'reason' in approval) {
    return withSpend(input, block(outcome, approval.reason, approval.detail))
  }
  const context: EvaluationContext = {
    facts: actionFacts(input, cost),
    excludeReservation: approval?.id ?? pending?.id,
    metHolds: approval?.held_by ?? [],
  }
  const evaluated = evaluateInstances(input.subjects, context)
  outcome.evaluations = evaluated.evaluations
  if (evaluated.blocked !== null) {
    const { constraint_key, reason, detail } = evaluated.blocked
    return withSpend(input, block(outcome, reason, detail, constraint_key))
  }
  if (evaluated.held.length > 0) {
    // An approval that does not cover every hold is spent: a new one takes over its reservation.
    const superseded = approval?.id
    return withSpend(
      input,
      hold(input, outcome, evaluated.held, superseded === undefined ? pending : undefined, superseded),
    )
  }
  outcome.decision = 'allow'
  outcome.used_approval_id = approval?.id ?? null
  outcome.effects = input.subjects.flatMap(({ counter_key }) => [
    ...releaseOf(counter_key, approval?.id),
    {
      counter_key,
      effect: {
        type: 'charge',
        now: input.now,
        action: input.action,
        cost_cents: cost.cents,
        target_host: input.target === undefined ? undefined : targetHost(input.target),
      } as const,
    },
  ])
  return withSpend(input, outcome)
}

/** What no constraint may be asked about: an amount that is none passes every comparison or fails every one. */
function impossibleRequest({ cost_cents: cents, subjects }: EnforceInput, counted: number): Refusal | null {
  if (cents !== undefined && !isCents(cents)) {
    return { reason: 'cost_invalid', detail: 'the cost is not a whole, non-negative number of cents' }
  }
  // A sum beyond exact numbers could neither be compared with a limit nor be signed and read back.
  if (!subjects.every(({ counters }) => isCents(largestSum(counters) + counted))) {
    return { reason: 'cost_invalid', detail: 'the sum of all spending would be beyond 2^53 − 1 cents' }
  }
  if (subjects.length > 0) return null
  return { reason: 'usage_unavailable', detail: 'there is no counter that the action could be charged to' }
}

/** More than any window can hold: all that was ever spent in one of them, and all that is reserved. */
function largestSum({ windows, reservations }: Counters): number {
  let spent = 0
  for (const type of WINDOW_TYPES) spent = Math.max(spent, windows[type].cents)
  return reservations.reduce((sum, { cost_cents }) => sum + cost_cents, spent)
}

function isCents(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function releaseOf(
  counter_key: string,
  id: string | undefined,
): { counter_key: string; effect: CounterEffect }[] {
  return id === undefined ? [] : [{ counter_key, effect: { type: 'release', id } }]
}

function block(outcome: EnforceOutcome, reason: string, detail: string, blockedBy = reason): EnforceOutcome {
  outcome.decision = 'block'
  outcome.reason_code = reason
  outcome.blocked_by = blockedBy
  outcome.block_reason = detail
  return outcome
}

function hold(
  input: EnforceInput,
  outcome: EnforceOutcome,
  held: readonly { constraint_key: string; reason: string; detail: string }[],
  pending: { id: string; expires_at: number } | undefined,
  superseded: string | undefined,
): EnforceOutcome {
  const [first] = held
  if (first === undefined) return block(outcome, 'constraint_failed', 'a hold without a constraint')
  if (
    pending === undefined &&
    input.subjects.some(({ counters }) => openReservations(counters, input.now) >= MAX_OPEN_RESERVATIONS)
  ) {
    return block(outcome, 'holds_too_many', `${MAX_OPEN_RESERVATIONS} actions already wait for approval`)
  }
  const approvalId = pending?.id ?? input.new_approval_id()
  const expiresAt = pending?.expires_at ?? input.now + input.approval_ttl_ms
  outcome.decision = 'request_hold'
  outcome.reason_code = first.reason
  outcome.blocked_by = first.constraint_key
  outcome.block_reason = first.detail
  outcome.hold = {
    approval_id: approvalId,
    held_by: held.map(({ constraint_key }) => constraint_key),
    reason: first.detail,
    expires_at: expiresAt,
    is_new: pending === undefined,
  }
  if (pending === undefined) {
    outcome.used_approval_id = superseded ?? null
    outcome.effects = input.subjects.flatMap(({ counter_key }) => [
      ...releaseOf(counter_key, superseded),
      {
        counter_key,
        effect: {
          type: 'reserve',
          now: input.now,
          id: approvalId,
          fingerprint: input.fingerprint(),
          action: input.action,
          cost_cents: outcome.cost_cents,
          expires_at: expiresAt,
        } as const,
      },
    ])
  }
  return outcome
}

interface Cost {
  cents: number
  declared: boolean
  known: boolean
}

/** A declared cost counts as at least the pinned price of one call. */
function costOf(declared: number | undefined, catalog: CatalogFacts | null): Cost {
  const entry = catalog?.known === true ? catalog.entry : null
  const price = entry === null ? undefined : callPriceOf(entry.constraints)
  return {
    cents: Math.max(declared !== undefined && isCents(declared) ? declared : 0, price ?? 0),
    declared: declared !== undefined,
    known: declared !== undefined || price !== undefined,
  }
}

function actionFacts(input: EnforceInput, cost: Cost): Omit<ActionFacts, 'usage' | 'qualifiers'> {
  const catalog = input.gate?.catalog ?? null
  const entry = catalog?.known === true ? catalog.entry : null
  return {
    now: input.now,
    action: input.action,
    target: input.target,
    cost_cents: cost.cents,
    cost_known: cost.known,
    cost_declared: cost.declared,
    metadata: input.metadata,
    catalog: { listed: entry !== null, risk_level: entry?.risk_level },
    passport: {
      passport_id: input.credential.passport_id,
      agent_id: input.credential.agent_id,
      agent_name: input.credential.agent_name,
      gate_id: input.credential.gate_id,
      permissions: input.credential.permissions,
      expires_at: input.credential.expires_at,
    },
    supervision_heartbeat_at: input.supervision_heartbeat_at,
  }
}

function withSpend(input: EnforceInput, outcome: EnforceOutcome): EnforceOutcome {
  const added = outcome.decision === 'allow' ? outcome.cost_cents : 0
  const reserved = outcome.hold?.is_new === true ? outcome.cost_cents : 0
  const [own] = input.subjects
  const before = own === undefined ? outcome.counters.before : lifetimeTotals(own.counters)
  outcome.counters = {
    before,
    after: {
      spent_cents: before.spent_cents + added,
      permits: before.permits + (outcome.decision === 'allow' ? 1 : 0),
    },
  }
  return Object.assign(
    outcome,
    bindingSpend(input.subjects, input.now, {
      added,
      reserved,
      released: outcome.used_approval_id ?? undefined,
    }),
  )
}

function lifetimeTotals(counters: Counters): CounterTotals {
  const { cents, permits } = counters.windows.total
  return { spent_cents: cents, permits }
}
