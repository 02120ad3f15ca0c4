import type { SpendWindow } from '../windows.ts'
import type { ActionFacts, Verdict } from './constraint.ts'
import type { ConstraintReasonCode } from './reasons.ts'
import { costNote, invalidCost, resetsAt, usageUnavailable, withCostNote } from './verdicts.ts'

/** Permits when what was spent, what is reserved and this action together stay within the limit. */
export function judgeSpend(
  limit: number,
  window: SpendWindow,
  reason: ConstraintReasonCode,
  facts: ActionFacts,
): Verdict {
  const invalid = invalidCost(facts, limit)
  if (invalid !== undefined) return invalid
  const usage = facts.usage.spend(window)
  if (usage === undefined) return usageUnavailable(limit)
  const requested = facts.cost_cents
  const current = usage.spent + usage.reserved
  if (current + requested <= limit) return { result: 'pass', limit, current, requested, ...costNote(facts) }
  return {
    result: 'block',
    reason,
    limit,
    current,
    requested,
    detail: withCostNote(
      `${usage.spent} cents spent and ${usage.reserved} reserved ${spanOf(window)}, ` +
        `${requested} more would exceed the limit of ${limit}`,
      facts,
    ),
    ...resetsAt(usage.fitsAt(requested, limit)),
  }
}

function spanOf(window: SpendWindow): string {
  if (window.kind === 'total') return 'in total'
  if (window.kind === 'rolling') return `in the last ${window.ms / 1000} seconds`
  return `in this ${window.unit} window (${window.timezone})`
}
