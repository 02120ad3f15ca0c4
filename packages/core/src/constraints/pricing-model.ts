import { z } from 'zod'
import { defineConstraint } from './constraint.ts'

/** How a service is paid. */
export const pricingModel = defineConstraint({
  key: 'core:pricing:model',
  sequence: 100,
  kind: 'term',
  name: 'Pricing model',
  description: 'How the service is paid: per call, per started minute, or by subscription.',
  value_type: 'string',
  unit: null,
  value: z.enum(['per_call', 'per_minute', 'subscription']),
  narrows: (parent, child) => parent === child,
})
