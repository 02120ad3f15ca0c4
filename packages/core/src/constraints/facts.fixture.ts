import { parseTimestamp } from '@modei/protocol'
import type { Tracker } from '../counters/index.ts'
import {
  backfill,
  charge,
  newCounters,
  noteDecision,
  reserve,
  usageOf,
  WHOLE_PASSPORT,
} from '../counters/index.ts'
import { parseSpendWindow, TOTAL } from '../windows.ts'
import type { ActionFacts, ConstraintType, Qualifiers, RiskLevel } from './constraint.ts'

/** Facts as a vector writes them; what it leaves out is the usual. */
export interface FactsVector {
  now?: string
  action?: string
  target?: string
  cost_cents?: number
  cost_known?: boolean
  metadata?: Record<string, unknown>
  catalog?: { listed: boolean; risk_level?: RiskLevel }
  supervision_heartbeat_at?: string
  passport?: Partial<ActionFacts['passport']>
  qualifiers?: { cumulative_window?: string; timezone?: string }
  /** Permits before now, oldest first. */
  past?: { at: string; action?: string; cost_cents?: number; target_host?: string; times?: number }[]
  /** Open holds. */
  held?: { cost_cents: number; expires_at: string; action?: string }[]
  /** Leaves the counters out, as when they cannot be read. */
  usage_unavailable?: boolean
}

export const NOW = '2026-06-15T12:00:00.000Z'
const BEGINNING = Date.UTC(2020, 0, 1)

export function moment(text: string): number {
  const ms = parseTimestamp(text)
  if (ms === undefined) throw new Error(`not a time: ${text}`)
  return ms
}

function qualifiersOf(vector: FactsVector['qualifiers']): Qualifiers {
  const timezone = vector?.timezone ?? 'UTC'
  return {
    timezone,
    cumulative_window: parseSpendWindow(vector?.cumulative_window ?? 'total', timezone) ?? TOTAL,
  }
}

/** Builds facts over real counters that keep what the values need and have seen what the vector says. */
export function factsOf(
  vector: FactsVector,
  type: ConstraintType,
  ...values: readonly unknown[]
): ActionFacts {
  const now = moment(vector.now ?? NOW)
  const qualifiers = qualifiersOf(vector.qualifiers)
  const needs: readonly Tracker[] =
    vector.usage_unavailable === true ? [] : values.flatMap((value) => type.needs(value, qualifiers))
  const counters = newCounters(BEGINNING)
  backfill(counters, WHOLE_PASSPORT, needs, [], BEGINNING)
  for (const { at, action = 'files:read', cost_cents = 0, target_host, times = 1 } of vector.past ?? []) {
    for (let n = 0; n < times; n += 1) {
      charge(counters, { now: moment(at), action, cost_cents, target_host })
    }
  }
  noteDecision(counters, now)
  for (const [i, held] of (vector.held ?? []).entries()) {
    const { cost_cents, action = 'files:read' } = held
    reserve(counters, {
      id: `h${i}`,
      fingerprint: `f${i}`,
      action,
      cost_cents,
      expires_at: moment(held.expires_at),
    })
  }
  const scope = vector.usage_unavailable === true ? 'nothing:kept' : WHOLE_PASSPORT
  return {
    now,
    action: vector.action ?? 'files:read',
    target: vector.target,
    cost_cents: vector.cost_cents ?? 0,
    cost_known: vector.cost_known ?? vector.cost_cents !== undefined,
    cost_declared: vector.cost_cents !== undefined,
    metadata: vector.metadata ?? {},
    catalog: { listed: vector.catalog?.listed ?? false, risk_level: vector.catalog?.risk_level },
    passport: {
      passport_id: 'pp_1',
      agent_id: 'agent_1',
      agent_name: 'Agent',
      gate_id: 'gate_1',
      permissions: ['files:read', 'flights:*'],
      expires_at: '2027-01-01T00:00:00.000Z',
      ...vector.passport,
    },
    supervision_heartbeat_at:
      vector.supervision_heartbeat_at === undefined ? undefined : moment(vector.supervision_heartbeat_at),
    usage: usageOf(counters, scope, now),
    qualifiers,
  }
}
