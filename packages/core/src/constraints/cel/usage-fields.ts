import type { Tracker, Usage } from '../../counters/usage.ts'
import { CALENDAR_UNITS, type SpendWindow, TOTAL } from '../../windows.ts'
import type { Qualifiers } from '../constraint.ts'

/** A member of `usage`: a whole number, and the counter behind it. */
export interface UsageField {
  tracker(qualifiers: Qualifiers): Tracker
  /** `undefined` when it is not known: then the expression fails, and blocks. */
  read(usage: Usage, qualifiers: Qualifiers): number | undefined
}

function spent(windowOf: (qualifiers: Qualifiers) => SpendWindow): UsageField {
  return {
    tracker: (qualifiers) => ({ kind: 'spend', window: windowOf(qualifiers) }),
    read(usage, qualifiers) {
      const spend = usage.spend(windowOf(qualifiers))
      return spend === undefined ? undefined : spend.spent + spend.reserved
    },
  }
}

function permitted(ms: number): UsageField {
  return {
    tracker: () => ({ kind: 'rate', window_ms: ms, limit: Number.MAX_SAFE_INTEGER }),
    read: (usage) => usage.rate(ms)?.count,
  }
}

/** Cents spent and reserved by calendar window, and permits by sliding window. */
export const USAGE_FIELDS: ReadonlyMap<string, UsageField> = new Map<string, UsageField>([
  ...CALENDAR_UNITS.map((unit): [string, UsageField] => [
    `spent_${unit}`,
    spent(({ timezone }) => ({ kind: 'calendar', unit, timezone })),
  ]),
  ['spent_total', spent(() => TOTAL)],
  ['permits_last_minute', permitted(60_000)],
  ['permits_last_hour', permitted(3_600_000)],
  ['permits_last_day', permitted(86_400_000)],
  ['permits_total', { tracker: () => ({ kind: 'permits' }), read: (usage) => usage.total() }],
])
