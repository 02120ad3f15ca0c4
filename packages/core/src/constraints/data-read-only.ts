import { actionVerb } from '@modei/protocol'
import { type ActionFacts, defineConstraint } from './constraint.ts'
import { staysOn } from './coverage.ts'
import { Flag } from './values.ts'

const MUTATING = new Set(
  'write create update delete remove send post put patch execute pay book transfer refund merge'.split(' '),
)
const READING = new Set('read get list search view check describe fetch query'.split(' '))

/** Refuses whatever may change something. An action that nothing is known of may. */
export const dataReadOnly = defineConstraint({
  key: 'core:data:read_only',
  sequence: 60,
  kind: 'limit',
  name: 'Read only',
  description:
    'Blocks an action whose last segment is a verb of change, whose catalog calls its risk high or critical, or ' +
    'which no catalog knows and whose last segment is no verb of reading.',
  value_type: 'boolean',
  unit: null,
  value: Flag,
  evaluate(readOnly, facts) {
    const why = readOnly ? mutationOf(facts) : undefined
    if (why === undefined) return { result: 'pass', limit: readOnly, requested: facts.action }
    return {
      result: 'block',
      reason: 'action_mutating',
      limit: readOnly,
      requested: facts.action,
      detail: `only reading is permitted: ${why}`,
    }
  },
  narrows: staysOn,
})

function mutationOf({ action, catalog }: ActionFacts): string | undefined {
  const verb = actionVerb(action).toLowerCase()
  if (MUTATING.has(verb)) return `\`${verb}\` changes something`
  if (catalog.risk_level === 'high' || catalog.risk_level === 'critical') {
    return `the catalog calls the risk of \`${action}\` ${catalog.risk_level}`
  }
  if (catalog.listed || READING.has(verb)) return undefined
  return `\`${action}\` is in no catalog and \`${verb}\` is not known to only read`
}
