import { defineConstraint } from './constraint.ts'
import { isLower } from './coverage.ts'
import { judgeSpend } from './spend-limit.ts'
import { Cents } from './values.ts'

/** Caps what is spent in the window of `core:cost:cumulative_window`, this action and open holds included. */
export const costMaxCumulative = defineConstraint({
  key: 'core:cost:max_cumulative',
  sequence: 41,
  kind: 'limit',
  name: 'Most spent together',
  description: 'Permits at most this many cents in the window of core:cost:cumulative_window.',
  value_type: 'integer',
  unit: 'cents',
  value: Cents,
  needs: (_limit, qualifiers) => [{ kind: 'spend', window: qualifiers.cumulative_window }],
  evaluate: (limit, facts) =>
    judgeSpend(limit, facts.qualifiers.cumulative_window, 'cost_cumulative_exceeded', facts),
  narrows: isLower,
})
