import { z } from 'zod'
import { defineConstraint } from './constraint.ts'
import { usageUnavailable } from './verdicts.ts'

const USUAL_FACTOR = 3
const MAX_FACTOR = 1_000_000
const LEAST_BASELINE = 10
/** 30 minutes hold six times 5 minutes. */
const BASELINE_SPANS = 6

const Factor = z.union([z.boolean(), z.number().gt(1).max(MAX_FACTOR)])

/** `false` is a factor that no rate exceeds. */
function factorOf(value: boolean | number): number {
  if (typeof value === 'number') return value
  return value ? USUAL_FACTOR : Number.POSITIVE_INFINITY
}

/** Asks a person when an agent suddenly does much more than just before. */
export const safetyAnomalySuspend = defineConstraint({
  key: 'core:safety:anomaly_suspend',
  sequence: 2,
  kind: 'limit',
  name: 'Hold on a sudden rise',
  description:
    'Holds when the rate of the last 5 minutes, this action included, exceeds this factor (true: 3) times that ' +
    'of the 30 minutes before, which must hold at least 10 actions.',
  value_type: 'boolean',
  unit: 'factor',
  value: Factor,
  needs: (value) => (value === false ? [] : [{ kind: 'activity' }]),
  evaluate(value, facts) {
    if (value === false) return { result: 'pass', limit: value }
    const activity = facts.usage.activity()
    if (activity === undefined) return usageUnavailable(value)
    const factor = factorOf(value)
    const recent = activity.recent + 1
    const most = (factor * activity.baseline) / BASELINE_SPANS
    if (activity.baseline < LEAST_BASELINE || recent <= most) {
      return { result: 'pass', limit: value, current: activity.recent, requested: 1 }
    }
    return {
      result: 'hold',
      reason: 'anomaly_suspected',
      limit: value,
      current: activity.recent,
      requested: 1,
      detail:
        `${recent} actions in 5 minutes after ${activity.baseline} in the 30 minutes before, ` +
        `more than ${factor} times the usual rate`,
    }
  },
  narrows: (parent, child) => factorOf(child) <= factorOf(parent),
})
