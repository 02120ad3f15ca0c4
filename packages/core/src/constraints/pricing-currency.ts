import { z } from 'zod'
import { defineConstraint } from './constraint.ts'

/** Currency of all prices of a gate. */
export const pricingCurrency = defineConstraint({
  key: 'core:pricing:currency',
  sequence: 104,
  kind: 'term',
  name: 'Currency',
  description: 'ISO 4217 code of the currency of all prices. Default: USD.',
  value_type: 'string',
  unit: null,
  value: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as `USD`'),
  narrows: (parent, child) => parent === child,
})
