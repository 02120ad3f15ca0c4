import { bySequence, type ConstraintInstance } from './constraints/collect.ts'
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
    .sort((a, b) => bySequence(a.instance, b.instance))
}

function judge(subject: Subject, instance: ConstraintInstance, context: EvaluationContext): Verdict {
  if (instance.type === undefined) {
    return {
      result: 'block',
      reason: 'constraint_unknown',
      detail: `the constraint ${instance.key} is not known`,
    }
  }
  return instance.type.evaluate(instance.value, new InstanceFacts(subject, instance, context))
}

/**
 * The facts as one constraint sees them. A class, for all of them then have one shape: a copy with a getter of its own
 * for each constraint cost more than evaluating it.
 */
class InstanceFacts implements ActionFacts {
  readonly now: number
  readonly action: string
  readonly target: string | undefined
  readonly cost_cents: number
  readonly cost_known: boolean
  readonly cost_declared: boolean
  readonly metadata: ActionFacts['metadata']
  readonly catalog: ActionFacts['catalog']
  readonly passport: ActionFacts['passport']
  readonly supervision_heartbeat_at: number | undefined
  readonly qualifiers: ActionFacts['qualifiers']
  readonly #subject: Subject
  readonly #scope: string
  readonly #exclude: string | undefined
  #usage: Usage | undefined

  constructor(
    subject: Subject,
    instance: ConstraintInstance,
    { facts, excludeReservation }: EvaluationContext,
  ) {
    this.now = facts.now
    this.action = facts.action
    this.target = facts.target
    this.cost_cents = facts.cost_cents
    this.cost_known = facts.cost_known
    this.cost_declared = facts.cost_declared
    this.metadata = facts.metadata
    this.catalog = facts.catalog
    this.passport = facts.passport
    this.supervision_heartbeat_at = facts.supervision_heartbeat_at
    this.qualifiers = instance.qualifiers
    this.#subject = subject
    this.#scope = instance.scope
    this.#exclude = excludeReservation
  }

  /** Read when a limit asks for it, within what seals the evaluation: a failure there blocks. */
  get usage(): Usage {
    this.#usage ??= usageOf(
      this.#subject.counters,
      this.#scope,
      this.now,
      this.#exclude === undefined ? {} : { exclude_reservation: this.#exclude },
    )
    return this.#usage
  }
}
