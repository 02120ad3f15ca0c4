import type { z } from 'zod'
import type { Tracker, Usage } from '../counters/usage.ts'
import type { SpendWindow } from '../windows.ts'
import type { ConstraintReasonCode } from './reasons.ts'
import { parsedBy, valueReader } from './value-reader.ts'

export type RiskLevel = 'low' | 'medium' | 'high' | 'critical'

/** All that an evaluator may know. Facts come in; an evaluator has no clock, store or network. */
export interface ActionFacts {
  /** The decision's time, Unix milliseconds. */
  now: number
  action: string
  target: string | undefined
  /** Cents that this action counts as: declared, or the pinned catalog's price, or 0. */
  cost_cents: number
  /** Whether a cost was declared or priced at all. */
  cost_known: boolean
  /** Whether the caller said what it costs. */
  cost_declared: boolean
  metadata: Readonly<Record<string, unknown>>
  catalog: { listed: boolean; risk_level: RiskLevel | undefined }
  passport: {
    passport_id: string
    agent_id: string
    agent_name: string | null
    gate_id: string | null
    permissions: readonly string[]
    expires_at: string
  }
  /** When the workspace's supervisor last reported, Unix milliseconds. */
  supervision_heartbeat_at: number | undefined
  /** What the passport used so far, in the scope that the constraint measures. */
  usage: Usage
  /** Window and zone that qualify limits on spend. */
  qualifiers: Qualifiers
}

export interface Qualifiers {
  cumulative_window: SpendWindow
  timezone: string
}

export type Verdict =
  | { result: 'pass'; limit?: unknown; current?: unknown; requested?: unknown; detail?: string }
  | {
      result: 'block' | 'hold'
      /** `subject_predicate` code from the closed list of reasons. */
      reason: ConstraintReasonCode
      limit?: unknown
      current?: unknown
      requested?: unknown
      /** A sentence with the numbers, for people. */
      detail: string
      /** Unix milliseconds when this very request would fit, where time helps. */
      resets_at?: number
    }

export interface ConstraintSpec<V> {
  key: string
  /** Position in the order of evaluation. */
  sequence: number
  /** `limit` is enforced, `qualifier` says how a limit counts, `term` is recorded only. */
  kind: 'limit' | 'qualifier' | 'term'
  name: string
  description: string
  value_type: 'integer' | 'boolean' | 'string' | 'timestamp' | 'duration' | 'list' | 'object'
  unit: string | null
  /** Closed, strict: an unreadable value is refused when it is set and blocks when it is found. */
  value: z.ZodType<V>
  /** Counters that `evaluate` reads, so that the store keeps and loads them. */
  needs?(value: V, qualifiers: Qualifiers): readonly Tracker[]
  evaluate?(value: V, facts: ActionFacts): Verdict
  /** Whether a holder limited to `child` stays within `parent`. */
  narrows(parent: V, child: V): boolean
}

/** A constraint type, its value sealed: whatever comes in, it answers a verdict and never throws. */
export interface ConstraintType {
  key: string
  sequence: number
  kind: 'limit' | 'qualifier' | 'term'
  name: string
  description: string
  value_type: ConstraintSpec<unknown>['value_type']
  unit: string | null
  schema: z.ZodType
  /** Messages for an unreadable value; empty when it is readable. */
  check(value: unknown): readonly string[]
  needs(value: unknown, qualifiers: Qualifiers): readonly Tracker[]
  evaluate(value: unknown, facts: ActionFacts): Verdict
  narrows(parent: unknown, child: unknown): boolean
}

/**
 * Seals a constraint type. Unreadable values and exceptions block; nothing unreadable narrows anything.
 * Values that are objects are read once: a caller must not change one that it has handed over.
 */
export function defineConstraint<V>(spec: ConstraintSpec<V>): ConstraintType {
  const read = valueReader(spec.value)
  return {
    key: spec.key,
    sequence: spec.sequence,
    kind: spec.kind,
    name: spec.name,
    description: spec.description,
    value_type: spec.value_type,
    unit: spec.unit,
    schema: spec.value,
    check(value) {
      const parsed = parsedBy(spec.value, value)
      if (parsed === undefined) return ['cannot be read']
      return parsed.success ? [] : parsed.error.issues.map(issueMessage)
    },
    needs(value, qualifiers) {
      try {
        const parsed = read(value)
        return parsed.success && spec.needs !== undefined ? spec.needs(parsed.data, qualifiers) : []
      } catch {
        // Without its counters the constraint finds nothing known, and blocks.
        return []
      }
    },
    evaluate(value, facts) {
      try {
        const parsed = read(value)
        if (!parsed.success) {
          return {
            result: 'block',
            reason: 'constraint_unreadable',
            limit: value,
            detail: `the value of ${spec.key} cannot be read`,
          }
        }
        return spec.evaluate === undefined ? { result: 'pass' } : spec.evaluate(parsed.data, facts)
      } catch {
        return { result: 'block', reason: 'constraint_failed', detail: `${spec.key} could not be evaluated` }
      }
    },
    narrows(parent, child) {
      try {
        const p = read(parent)
        const c = read(child)
        return p.success && c.success && spec.narrows(p.data, c.data)
      } catch {
        return false
      }
    },
  }
}

function issueMessage(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 ? issue.message : `${issue.path.map(String).join('.')}: ${issue.message}`
}
