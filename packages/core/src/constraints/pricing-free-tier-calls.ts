import { defineConstraint } from './constraint.ts'
import { isHigher } from './coverage.ts'
import { Count } from './values.ts'

/** Calls that cost nothing, per agent and month. */
export const pricingFreeTierCalls = defineConstraint({
  key: 'core:pricing:free_tier_calls',
  sequence: 105,
  kind: 'term',
  name: 'Free calls',
  description: 'Calls per agent and month that cost nothing.',
  value_type: 'integer',
  unit: 'calls',
  value: Count,
  narrows: isHigher,
})
