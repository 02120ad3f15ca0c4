import { patternMatches } from '@modei/protocol'
import { defineConstraint } from './constraint.ts'
import { patternsCover } from './coverage.ts'
import { ActionPatterns } from './values.ts'

/** Refuses all actions but these. */
export const scopeActionAllowlist = defineConstraint({
  key: 'core:scope:action_allowlist',
  sequence: 21,
  kind: 'limit',
  name: 'Allowed actions',
  description: 'Blocks an action that matches none of these patterns.',
  value_type: 'list',
  unit: null,
  value: ActionPatterns,
  evaluate(limit, facts) {
    if (limit.some((own) => patternMatches(own, facts.action))) {
      return { result: 'pass', limit, requested: facts.action }
    }
    return {
      result: 'block',
      reason: 'action_not_allowed',
      limit,
      requested: facts.action,
      detail: `\`${facts.action}\` matches none of the ${limit.length} allowed patterns`,
    }
  },
  narrows: (parent, child) => patternsCover(parent, child),
})
