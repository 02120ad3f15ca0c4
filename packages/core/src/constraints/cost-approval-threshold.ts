import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Cents } from './values.ts'
import { costNote, invalidCost, withCostNote } from './verdicts.ts'

/** Asks a person about an action that costs more than this. */
export const costApprovalThreshold = defineConstraint({
  key: 'core:cost:approval_threshold',
  sequence: 50,
  kind: 'limit',
  name: 'Approval above a cost',
  description: 'Holds an action of more than this many cents until a person approves it.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  evaluate(limit, facts) {
    const invalid = invalidCost(facts, limit)
    if (invalid !== undefined) return invalid
    const requested = facts.cost_cents
    if (requested <= limit) return { result: 'pass', limit, requested, ...costNote(facts) }
    return {
      result: 'hold',
      reason: 'approval_threshold_exceeded',
      limit,
      requested,
      detail: withCostNote(`the action costs ${requested} cents, more than ${limit} needs approval`, facts),
    }
  },
  narrows: isLower,
})
