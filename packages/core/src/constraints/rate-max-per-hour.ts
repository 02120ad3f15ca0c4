import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { judgeRate, type RateWindow, rateTracker } from './rate-limit.ts'
import { Count } from './values.ts'

const WINDOW: RateWindow = { ms: 3_600_000, span: '3,600 seconds', reason: 'rate_hour_exceeded' }

/** No interval of 3,600 seconds ever holds more permits than this. */
export const rateMaxPerHour = defineConstraint({
  key: 'core:rate:max_per_hour',
  sequence: 31,
  kind: 'limit',
  name: 'Most actions per hour',
  description: 'Permits at most this many actions in any 3,600 seconds.',
  value_type: 'integer',
  unit: 'actions',
  value: Count,
  needs: (limit) => rateTracker(WINDOW, limit),
  evaluate: (limit, facts) => judgeRate(limit, WINDOW, facts),
  narrows: isLower,
})
