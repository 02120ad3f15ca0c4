import { defineConstraint } from './constraint.ts'
import { staysOn } from './coverage.ts'
import { Flag } from './values.ts'

const FRESH_MS = 120_000

/** Stops the agent when nobody watches: the workspace's supervisor must have reported within two minutes. */
export const safetyFailClosed = defineConstraint({
  key: 'core:safety:fail_closed',
  sequence: 1,
  kind: 'limit',
  name: 'Stop without supervision',
  description: 'Blocks when the supervision heartbeat is older than 2 minutes or was never sent.',
  value_type: 'boolean',
  unit: null,
  value: Flag,
  evaluate(required, facts) {
    if (!required) return { result: 'pass', limit: required }
    const age = facts.now - (facts.supervision_heartbeat_at ?? Number.NaN)
    if (age <= FRESH_MS) return { result: 'pass', limit: required, current: age }
    return {
      result: 'block',
      reason: 'supervision_stale',
      limit: required,
      ...(Number.isNaN(age) ? {} : { current: age }),
      detail: Number.isNaN(age)
        ? 'no supervision heartbeat was ever sent'
        : `the last supervision heartbeat is ${age} ms old, at most ${FRESH_MS} are allowed`,
    }
  },
  narrows: staysOn,
})
