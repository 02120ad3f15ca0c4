import { defineConstraint } from './constraint.ts'
import { staysOn } from './coverage.ts'
import { Flag } from './values.ts'

/** Refuses an action of which nobody said what it costs. */
export const costRequired = defineConstraint({
  key: 'core:cost:required',
  sequence: 39,
  kind: 'limit',
  name: 'Cost must be known',
  description: 'Blocks an action without a declared cost or a price in its catalog.',
  value_type: 'boolean',
  unit: null,
  value: Flag,
  evaluate(required, facts) {
    if (!required || facts.cost_known) return { result: 'pass', limit: required }
    return {
      result: 'block',
      reason: 'cost_missing',
      limit: required,
      detail: 'no cost was declared and the catalog has no price for this action',
    }
  },
  narrows: staysOn,
})
