import { defineConstraint } from './constraint.ts'
import { staysOn } from './coverage.ts'
import { targetHost } from './target-host.ts'
import { Flag } from './values.ts'
import { usageUnavailable } from './verdicts.ts'

/** Asks a person the first time that a passport turns to a host. An action without one is never known. */
export const approvalNewTarget = defineConstraint({
  key: 'core:approval:new_target',
  sequence: 53,
  kind: 'limit',
  name: 'Approval for new targets',
  description: 'Holds an action on a host that no permitted action of this passport has had, or on no host.',
  value_type: 'boolean',
  unit: null,
  value: Flag,
  needs: (required) => (required ? [{ kind: 'targets' }] : []),
  evaluate(required, facts) {
    if (!required) return { result: 'pass', limit: required }
    const host = targetHost(facts.target)
    const met = host === undefined ? false : facts.usage.hasMetTarget(host)
    if (met === undefined) return usageUnavailable(required)
    if (met) return { result: 'pass', limit: required, requested: host }
    return {
      result: 'hold',
      reason: 'target_not_met',
      limit: required,
      ...(host === undefined ? {} : { requested: host }),
      detail:
        host === undefined
          ? 'the action names no host, so it needs approval'
          : `\`${host}\` is new to this passport, so it needs approval`,
    }
  },
  narrows: staysOn,
})
