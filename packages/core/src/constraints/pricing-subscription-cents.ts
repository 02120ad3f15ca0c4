import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { Cents } from './values.ts'

/** Price of a subscription; single calls then cost nothing. */
export const pricingSubscriptionCents = defineConstraint({
  key: 'core:pricing:subscription_cents',
  sequence: 103,
  kind: 'term',
  name: 'Subscription price',
  description: 'Cents for a subscription; single calls then cost nothing.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  narrows: isLower,
})
