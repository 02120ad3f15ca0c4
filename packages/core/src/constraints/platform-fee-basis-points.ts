import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { BasisPoints } from './values.ts'

/** Share of each price that the platform keeps. */
export const platformFeeBasisPoints = defineConstraint({
  key: 'core:platform_fee:basis_points',
  sequence: 120,
  kind: 'term',
  name: 'Platform fee',
  description:
    'Share of each price that the platform keeps, in hundredths of a percent, rounded up to a cent.',
  value_type: 'integer',
  unit: 'basis_points',
  value: BasisPoints,
  narrows: isLower,
})
