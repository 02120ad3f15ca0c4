import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Cents } from './values.ts'
import { costNote, invalidCost, withCostNote } from './verdicts.ts'

/** Caps what one action may cost. */
export const costMaxPerAction = defineConstraint({
  key: 'core:cost:max_per_action',
  sequence: 40,
  kind: 'limit',
  name: 'Most spent per action',
  description: 'Permits an action of at most this many cents.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  evaluate(limit, facts) {
    const invalid = invalidCost(facts, limit)
    if (invalid !== undefined) return invalid
    const requested = facts.cost_cents
    if (requested <= limit) return { result: 'pass', limit, requested, ...costNote(facts) }
    return {
      result: 'block',
      reason: 'cost_action_exceeded',
      limit,
      requested,
      detail: withCostNote(`the action costs ${requested} cents, the limit per action is ${limit}`, facts),
    }
  },
  narrows: isLower,
})
