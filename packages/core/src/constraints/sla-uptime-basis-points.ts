import { defineConstraint } from './constraint.ts'
import { isHigher } from './coverage.ts'
import { BasisPoints } from './values.ts'

/** Share of requests that a service promises to answer. */
export const slaUptimeBasisPoints = defineConstraint({
  key: 'core:sla:uptime_basis_points',
  sequence: 110,
  kind: 'term',
  name: 'Promised uptime',
  description: 'Share of requests that is answered, in hundredths of a percent.',
  value_type: 'integer',
  unit: 'basis_points',
  value: BasisPoints,
  narrows: isHigher,
})
