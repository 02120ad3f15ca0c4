import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Cents } from './values.ts'

/** Price of one started minute. */
export const pricingPerMinuteCents = defineConstraint({
  key: 'core:pricing:per_minute_cents',
  sequence: 102,
  kind: 'term',
  name: 'Price per minute',
  description: 'Cents for each started minute.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  narrows: isLower,
})
