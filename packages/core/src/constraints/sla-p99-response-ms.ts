import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Count } from './values.ts'

/** Time in which 99 of 100 requests are answered. */
export const slaP99ResponseMs = defineConstraint({
  key: 'core:sla:p99_response_ms',
  sequence: 112,
  kind: 'term',
  name: 'Promised p99 response time',
  description: 'Milliseconds in which 99 of 100 requests are answered.',
  value_type: 'integer',
  unit: 'milliseconds',
  value: Count,
  narrows: isLower,
})
