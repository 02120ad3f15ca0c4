import { defineConstraint } from './constraint.ts'
import { staysOn } from './coverage.ts'
import { Flag } from './values.ts'

/** Asks a person about every action. */
export const approvalRequired = defineConstraint({
  key: 'core:approval:required',
  sequence: 51,
  kind: 'limit',
  name: 'Approval for everything',
  description: 'Holds every action until a person approves it.',
  value_type: 'boolean',
  unit: null,
  value: Flag,
  evaluate(required) {
    if (!required) return { result: 'pass', limit: required }
    return {
      result: 'hold',
      reason: 'approval_required',
      limit: required,
      detail: 'every action of this passport needs approval',
    }
  },
  narrows: staysOn,
})
