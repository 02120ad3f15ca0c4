import type { ConstraintInstance } from './constraints/collect.ts'
import { usageOf } from './counters/index.ts'
import type { Subject } from './subject.ts'
import type { SpendWindow } from './windows.ts'

/** The window over which a limit on spend is measured; `undefined` for every other constraint. */
export function spendWindowOf(instance: ConstraintInstance): SpendWindow | undefined {
  switch (instance.key) {
    case 'core:cost:max_cumulative':
      return instance.qualifiers.cumulative_window
    case 'core:cost:max_per_day':
      return { kind: 'calendar', unit: 'daily', timezone: instance.qualifiers.timezone }
    case 'core:cost:max_per_month':
      return { kind: 'calendar', unit: 'monthly', timezone: instance.qualifiers.timezone }
    default:
      return undefined
  }
}

export interface SpendChange {
  /** Cents that this decision spends, and those that it reserves. */
  added: number
  reserved: number
  /** The reservation that this decision turns into spending. */
  released: string | undefined
}

/**
 * What was spent, this decision included, in the window with the least room left.
 * Without a limit on spend: the total, and no remaining amount.
 */
export function bindingSpend(
  subjects: readonly Subject[],
  now: number,
  change: SpendChange,
): { cumulative_cost: number; remaining_cents: number | null } {
  const exclude = change.released === undefined ? {} : { exclude_reservation: change.released }
  let binding: { cumulative_cost: number; remaining_cents: number } | undefined
  for (const { counters, instances } of subjects) {
    for (const instance of instances) {
      const window = spendWindowOf(instance)
      if (window === undefined || typeof instance.value !== 'number') continue
      const usage = usageOf(counters, instance.scope, now, exclude).spend(window)
      if (usage === undefined) continue
      const spent = exactSum(usage.spent, change.added)
      const remaining = Math.max(0, instance.value - spent - usage.reserved - change.reserved)
      if (binding === undefined || remaining < binding.remaining_cents) {
        binding = { cumulative_cost: spent, remaining_cents: remaining }
      }
    }
  }
  if (binding !== undefined) return binding
  const [own] = subjects
  const total =
    own === undefined ? undefined : usageOf(own.counters, '*', now, exclude).spend({ kind: 'total' })
  return { cumulative_cost: exactSum(total?.spent ?? 0, change.added), remaining_cents: null }
}

/** A sum that the answer can carry: what would be larger has been blocked before anything is charged. */
function exactSum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER)
}
