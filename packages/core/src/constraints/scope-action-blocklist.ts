import { patternMatches } from '@modei/protocol'
import { defineConstraint } from './constraint.ts'
import { patternsCover } from './coverage.ts'
import { ActionPatterns } from './values.ts'

/** Refuses some actions. */
export const scopeActionBlocklist = defineConstraint({
  key: 'core:scope:action_blocklist',
  sequence: 20,
  kind: 'limit',
  name: 'Blocked actions',
  description: 'Blocks an action that matches one of these patterns.',
  value_type: 'list',
  unit: null,
  value: ActionPatterns,
  evaluate(limit, facts) {
    const pattern = limit.find((own) => patternMatches(own, facts.action))
    if (pattern === undefined) return { result: 'pass', limit, requested: facts.action }
    return {
      result: 'block',
      reason: 'action_blocked',
      limit,
      requested: facts.action,
      detail: `\`${facts.action}\` matches \`${pattern}\`, which is blocked`,
    }
  },
  narrows: (parent, child) => patternsCover(child, parent),
})
