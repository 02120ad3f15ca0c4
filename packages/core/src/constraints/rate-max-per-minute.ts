import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { judgeRate, type RateWindow, rateTracker } from './rate-limit.ts'
import { Count } from './values.ts'

const WINDOW: RateWindow = { ms: 60_000, span: '60 seconds', reason: 'rate_minute_exceeded' }

/** No interval of 60 seconds ever holds more permits than this. */
export const rateMaxPerMinute = defineConstraint({
  key: 'core:rate:max_per_minute',
  sequence: 30,
  kind: 'limit',
  name: 'Most actions per minute',
  description: 'Permits at most this many actions in any 60 seconds.',
  value_type: 'integer',
  unit: 'actions',
  value: Count,
  needs: (limit) => rateTracker(WINDOW, limit),
  evaluate: (limit, facts) => judgeRate(limit, WINDOW, facts),
  narrows: isLower,
})
