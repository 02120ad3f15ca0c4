import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Count } from './values.ts'
import { usageUnavailable } from './verdicts.ts'

/** Caps how many actions are permitted over the whole life of a passport. */
export const rateMaxTotal = defineConstraint({
  key: 'core:rate:max_total',
  sequence: 33,
  kind: 'limit',
  name: 'Most actions in total',
  description: 'Permits at most this many actions over the whole life of the passport.',
  value_type: 'integer',
  unit: 'actions',
  value: Count,
  needs: () => [{ kind: 'permits' }],
  evaluate(limit, facts) {
    const current = facts.usage.total()
    if (current === undefined) return usageUnavailable(limit)
    if (current + 1 <= limit) return { result: 'pass', limit, current, requested: 1 }
    return {
      result: 'block',
      reason: 'rate_total_exceeded',
      limit,
      current,
      requested: 1,
      detail: `${current} permitted in total, one more would exceed the limit of ${limit}`,
    }
  },
  narrows: isLower,
})
