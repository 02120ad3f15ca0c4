import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Count } from './values.ts'

/** Time in which every request is answered. */
export const slaGuaranteedResponseMs = defineConstraint({
  key: 'core:sla:guaranteed_response_ms',
  sequence: 113,
  kind: 'term',
  name: 'Guaranteed response time',
  description: 'Milliseconds in which every request is answered.',
  value_type: 'integer',
  unit: 'milliseconds',
  value: Count,
  narrows: isLower,
})
