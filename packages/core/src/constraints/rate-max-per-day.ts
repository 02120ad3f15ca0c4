import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { judgeRate, type RateWindow, rateTracker } from './rate-limit.ts'
import { Count } from './values.ts'

const WINDOW: RateWindow = { ms: 86_400_000, span: '86,400 seconds', reason: 'rate_day_exceeded' }

/** No interval of 86,400 seconds ever holds more permits than this. */
export const rateMaxPerDay = defineConstraint({
  key: 'core:rate:max_per_day',
  sequence: 32,
  kind: 'limit',
  name: 'Most actions per day',
  description: 'Permits at most this many actions in any 86,400 seconds.',
  value_type: 'integer',
  unit: 'actions',
  value: Count,
  needs: (limit) => rateTracker(WINDOW, limit),
  evaluate: (limit, facts) => judgeRate(limit, WINDOW, facts),
  narrows: isLower,
})
