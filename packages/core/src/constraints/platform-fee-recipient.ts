import { z } from 'zod'
import { defineConstraint } from './constraint.ts'

/** Who receives the platform fee. */
export const platformFeeRecipient = defineConstraint({
  key: 'core:platform_fee:recipient',
  sequence: 121,
  kind: 'term',
  name: 'Platform fee recipient',
  description: 'Who receives the platform fee.',
  value_type: 'string',
  unit: null,
  value: z.string().min(1).max(255),
  narrows: (parent, child) => parent === child,
})
