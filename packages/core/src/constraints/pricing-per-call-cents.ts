import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Cents } from './values.ts'

/** Price of one call. */
export const pricingPerCallCents = defineConstraint({
  key: 'core:pricing:per_call_cents',
  sequence: 101,
  kind: 'term',
  name: 'Price per call',
  description: 'Cents for one call.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  narrows: isLower,
})
