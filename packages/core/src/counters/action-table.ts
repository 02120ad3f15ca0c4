import type { Counters } from './counters.ts'

/** Position 0 of every table: all actions beyond the first {@link MAX_ACTIONS}. */
export const OTHER_ACTIONS = '*'
export const MAX_ACTIONS = 256

/** Position of an action in the counter's table; 0, the place of `*`, once the table is full. */
export function actionIndex(counters: Counters, action: string): number {
  const known = counters.actions.indexOf(action, 1)
  if (known > 0) return known
  return counters.actions.length > MAX_ACTIONS ? 0 : counters.actions.push(action) - 1
}

/** Permits by action name. A map, for an action may be named `constructor` or `__proto__`. */
export function actionCounts(counters: Counters, counts: readonly number[]): Map<string, number> {
  const named = new Map<string, number>()
  for (const [index, count] of counts.entries()) {
    const action = counters.actions[index]
    if (count > 0 && action !== undefined) named.set(action, count)
  }
  return named
}
