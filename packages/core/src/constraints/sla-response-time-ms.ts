import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Count } from './values.ts'

/** Usual time to an answer. */
export const slaResponseTimeMs = defineConstraint({
  key: 'core:sla:response_time_ms',
  sequence: 111,
  kind: 'term',
  name: 'Promised response time',
  description: 'Milliseconds in which the service usually answers.',
  value_type: 'integer',
  unit: 'milliseconds',
  value: Count,
  narrows: isLower,
})
