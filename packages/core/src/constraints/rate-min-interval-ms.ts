import { z } from 'zod'
import { defineConstraint } from './constraint.ts'
import { isHigher } from './coverage.ts'
import { resetsAt, usageUnavailable } from './verdicts.ts'

const TEN_YEARS_MS = 10 * 365 * 86_400_000

/** Keeps permits apart: at most one in any interval of this length. */
export const rateMinIntervalMs = defineConstraint({
  key: 'core:rate:min_interval_ms',
  sequence: 34,
  kind: 'limit',
  name: 'Least time between actions',
  description: 'Blocks an action that comes sooner than this many milliseconds after the last permitted one.',
  value_type: 'integer',
  unit: 'milliseconds',
  value: z.int().min(0).max(TEN_YEARS_MS),
  needs: (interval) => (interval === 0 ? [] : [{ kind: 'rate', window_ms: interval, limit: 1 }]),
  evaluate(limit, facts) {
    if (limit === 0) return { result: 'pass', limit }
    const usage = facts.usage.rate(limit)
    if (usage === undefined) return usageUnavailable(limit)
    if (usage.count === 0) return { result: 'pass', limit }
    const next = usage.fitsAt(1)
    const current = next === undefined ? undefined : facts.now - (next - limit)
    return {
      result: 'block',
      reason: 'min_interval_not_elapsed',
      limit,
      current,
      detail: `${current} ms since the last permitted action, at least ${limit} are required`,
      ...resetsAt(next),
    }
  },
  narrows: isHigher,
})
