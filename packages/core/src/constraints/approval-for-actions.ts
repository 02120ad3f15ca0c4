import { patternMatches } from '@modei/protocol'
import { defineConstraint } from './constraint.ts'
import { patternsCover } from './coverage.ts'
import { ActionPatterns } from './values.ts'

/** Asks a person about some actions. */
export const approvalForActions = defineConstraint({
  key: 'core:approval:for_actions',
  sequence: 52,
  kind: 'limit',
  name: 'Approval for actions',
  description: 'Holds an action that matches one of these patterns until a person approves it.',
  value_type: 'list',
  unit: null,
  value: ActionPatterns,
  evaluate(limit, facts) {
    const pattern = limit.find((own) => patternMatches(own, facts.action))
    if (pattern === undefined) return { result: 'pass', limit, requested: facts.action }
    return {
      result: 'hold',
      reason: 'action_needs_approval',
      limit,
      requested: facts.action,
      detail: `\`${facts.action}\` matches \`${pattern}\`, which needs approval`,
    }
  },
  narrows: (parent, child) => patternsCover(child, parent),
})
