import type { ActionFacts, Verdict } from './constraint.ts'

/** The counter that a limit measures is not there: nothing is known, so nothing is permitted. */
export function usageUnavailable(limit: unknown): Verdict {
  return {
    result: 'block',
    reason: 'usage_unavailable',
    limit,
    detail: 'what was used so far is not known',
  }
}

/** Said wherever a limit on spend meets an action whose caller did not say what it costs. */
export function costNote(facts: ActionFacts): { detail?: string } {
  if (facts.cost_declared) return {}
  return facts.cost_known
    ? { detail: `no cost was declared, so the catalog’s price of ${facts.cost_cents} cents was counted` }
    : { detail: `no cost was declared, so ${facts.cost_cents} cents were counted` }
}

/** A sentence about a cost, with the note where it belongs. */
export function withCostNote(sentence: string, facts: ActionFacts): string {
  const { detail } = costNote(facts)
  return detail === undefined ? sentence : `${sentence}; ${detail}`
}

/** A cost that is no amount of money passes every comparison or none; it blocks before any is made. */
export function invalidCost(facts: ActionFacts, limit: unknown): Verdict | undefined {
  if (Number.isSafeInteger(facts.cost_cents) && facts.cost_cents >= 0) return undefined
  return {
    result: 'block',
    reason: 'cost_invalid',
    limit,
    detail: 'the cost is not a whole, non-negative number of cents',
  }
}

export function resetsAt(moment: number | undefined): { resets_at?: number } {
  return moment === undefined ? {} : { resets_at: moment }
}
