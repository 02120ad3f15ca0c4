import type { Tracker } from '../counters/usage.ts'
import type { ActionFacts, Verdict } from './constraint.ts'
import type { ConstraintReasonCode } from './reasons.ts'
import { resetsAt, usageUnavailable } from './verdicts.ts'

export interface RateWindow {
  ms: number
  /** As a sentence names it: `60 seconds`. */
  span: string
  reason: ConstraintReasonCode
}

export function rateTracker(window: RateWindow, limit: number): readonly Tracker[] {
  return [{ kind: 'rate', window_ms: window.ms, limit }]
}

/** Permits when the last permits and this one together stay within the limit. */
export function judgeRate(limit: number, window: RateWindow, facts: ActionFacts): Verdict {
  const usage = facts.usage.rate(window.ms)
  if (usage === undefined) return usageUnavailable(limit)
  if (usage.count + 1 <= limit) return { result: 'pass', limit, current: usage.count, requested: 1 }
  return {
    result: 'block',
    reason: window.reason,
    limit,
    current: usage.count,
    requested: 1,
    detail: `${usage.count} permitted in the last ${window.span}, one more would exceed the limit of ${limit}`,
    ...resetsAt(usage.fitsAt(limit)),
  }
}
