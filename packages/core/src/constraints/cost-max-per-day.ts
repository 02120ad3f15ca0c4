import type { SpendWindow } from '../windows.ts'
import { defineConstraint, type Qualifiers } from './constraint.ts'
import { isLower } from './coverage.ts'
import { judgeSpend } from './spend-limit.ts'
import { Cents } from './values.ts'

function windowOf(qualifiers: Qualifiers): SpendWindow {
  return { kind: 'calendar', unit: 'daily', timezone: qualifiers.timezone }
}

/** Caps what is spent in one calendar day, this action and open holds included. */
export const costMaxPerDay = defineConstraint({
  key: 'core:cost:max_per_day',
  sequence: 42,
  kind: 'limit',
  name: 'Most spent per day',
  description: 'Permits at most this many cents per calendar day, in the zone of core:cost:window_timezone.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  needs: (_limit, qualifiers) => [{ kind: 'spend', window: windowOf(qualifiers) }],
  evaluate: (limit, facts) => judgeSpend(limit, windowOf(facts.qualifiers), 'cost_day_exceeded', facts),
  narrows: isLower,
})
