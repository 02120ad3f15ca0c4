import type { SpendWindow } from '../windows.ts'
import { defineConstraint, type Qualifiers } from './constraint.ts'
import { isLower } from './coverage.ts'
import { judgeSpend } from './spend-limit.ts'
import { Cents } from './values.ts'

function windowOf(qualifiers: Qualifiers): SpendWindow {
  return { kind: 'calendar', unit: 'monthly', timezone: qualifiers.timezone }
}

/** Caps what is spent in one calendar month, this action and open holds included. */
export const costMaxPerMonth = defineConstraint({
  key: 'core:cost:max_per_month',
  sequence: 43,
  kind: 'limit',
  name: 'Most spent per month',
  description:
    'Permits at most this many cents per calendar month, in the zone of core:cost:window_timezone.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  needs: (_limit, qualifiers) => [{ kind: 'spend', window: windowOf(qualifiers) }],
  evaluate: (limit, facts) => judgeSpend(limit, windowOf(facts.qualifiers), 'cost_month_exceeded', facts),
  narrows: isLower,
})
