import type { ConstraintInstance } from './constraints/collect.ts'
import type { ActionFacts, Verdict } from './constraints/constraint.ts'
import { usageOf } from './counters/index.ts'
import type { Usage } from './counters/usage.ts'
import type { Subject } from './subject.ts'

/** How one constraint judged the action, as answered and signed. */
export interface Evaluation {
  constraint_key: string
  result: 'pass' | 'block' | 'hold'
  reason_code: string | null
  source: ConstraintInstance['source']
  /** `*` for the whole passport, or the permission that the limit belongs to. */
  scope: string
  limit: unknown
  current: unknown
  requested: unknown
  detail: string
  /** Unix milliseconds. */
  resets_at: number | null
}

export interface EvaluationContext {
  facts: Omit<ActionFacts, 'usage' | 'qualifiers'>
  /** A reservation that must not count against the request which it was made for. */
  excludeReservation: string | undefined
  /** Constraints whose hold a person already resolved. */
  metHolds: readonly string[]
}

export interface Evaluated {
  evaluations: Evaluation[]
  blocked: { constraint_key: string; reason: string; detail: string } | null
  held: { constraint_key: string; reason: string; detail: string }[]
}

/** Evaluates every limit in order of sequence. The first block ends it; a hold is kept, for a later block wins. */
export function evaluateInstances(subjects: readonly Subject[], context: EvaluationContext): Evaluated {
  const evaluations: Evaluation[] = []
  const held: Evaluated['held'] = []
  for (const { subject, instance } of orderedPairs(subjects)) {
    const verdict = judge(subject, instance, context)
    const met = verdict.result === 'hold' && context.metHolds.includes(instance.key)
    const result = met ? 'pass' : verdict.result
    const detail = met ? `approved: ${verdict.detail}` : (verdict.detail ?? '')
    const reason = verdict.result === 'pass' ? null : verdict.reason
    evaluations.push({
      constraint_key: instance.key,
      result,
      reason_code: result === 'pass' ? null : reason,
      source: instance.source,
      scope: instance.scope,
      limit: verdict.limit ?? instance.value ?? null,
      current: verdict.current ?? null,
      requested: verdict.requested ?? null,
      detail,
      resets_at: verdict.result !== 'pass' ? (verdict.resets_at ?? null) : null,
    })
    if (result === 'pass') continue
    const finding = { constraint_key: instance.key, reason: reason ?? 'constraint_failed', detail }
    if (result === 'block') return { evaluations, blocked: finding, held }
    held.push(finding)
  }
  return { evaluations, blocked: null, held }
}

function orderedPairs(subjects: readonly Subject[]): { subject: Subject; instance: ConstraintInstance }[] {
  const [only] = subjects
  if (only !== undefined && subjects.length === 1) {
    return only.instances.map((instance) => ({ subject: only, instance }))
  }
  return subjects
    .flatMap((subject) => subject.instances.map((instance) => ({ subject, instance })))
    .sort((a, b) => sequenceOf(a.instance) - sequenceOf(b.instance))
}

/** Instances in order of sequence. */
export function inOrder(instances: readonly ConstraintInstance[]): readonly ConstraintInstance[] {
  return [...instances].sort((a, b) => sequenceOf(a) - sequenceOf(b))
}

/** What is not known comes first, since it blocks. */
function sequenceOf(instance: ConstraintInstance): number {
  return instance.type?.sequence ?? 0
}

function judge(subject: Subject, instance: ConstraintInstance, context: EvaluationContext): Verdict {
  if (instance.type === undefined) {
    return {
      result: 'block',
      reason: 'constraint_unknown',
      detail: `the constraint ${instance.key} is not known`,
    }
  }
  let usage: Usage | undefined
  return instance.type.evaluate(instance.value, {
    ...context.facts,
    qualifiers: instance.qualifiers,
    get usage() {
      usage ??= usageOf(
        subject.counters,
        instance.scope,
        context.facts.now,
        context.excludeReservation === undefined ? {} : { exclude_reservation: context.excludeReservation },
      )
      return usage
    },
  })
}
