import { defineConstraint } from './constraint.ts'
import { momentOf, TimestampText } from './values.ts'

/** Ends a grant at a moment, that moment excluded. */
export const timeNotAfter = defineConstraint({
  key: 'core:time:not_after',
  sequence: 12,
  kind: 'limit',
  name: 'Not after',
  description: 'Blocks from this time on.',
  value_type: 'timestamp',
  unit: null,
  value: TimestampText,
  evaluate(limit, facts) {
    if (facts.now < momentOf(limit)) return { result: 'pass', limit }
    return {
      result: 'block',
      reason: 'not_after_passed',
      limit,
      detail: `actions were permitted only before ${limit}`,
    }
  },
  narrows: (parent, child) => momentOf(child) <= momentOf(parent),
})
