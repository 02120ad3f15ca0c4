import { isTimeZone } from '../civil-time.ts'
import { parseSpendWindow, TOTAL } from '../windows.ts'
import type { Qualifiers } from './constraint.ts'

export const CUMULATIVE_WINDOW = 'core:cost:cumulative_window'
export const WINDOW_TIMEZONE = 'core:cost:window_timezone'
export const DEFAULT_WINDOW = 'total'
export const DEFAULT_TIMEZONE = 'UTC'

const DEFAULTS: Qualifiers = { cumulative_window: TOTAL, timezone: DEFAULT_TIMEZONE }

/**
 * Window and zone by which limits on spend count: each from the first map that names it, else the default.
 * An unreadable one leaves the default here, for it blocks by itself.
 */
export function qualifiersOf(maps: readonly ReadonlyMap<string, unknown>[]): Qualifiers {
  const window = firstOf(maps, CUMULATIVE_WINDOW)
  const zone = firstOf(maps, WINDOW_TIMEZONE)
  if (window === undefined && zone === undefined) return DEFAULTS
  const timezone = isTimeZone(zone) ? zone : DEFAULT_TIMEZONE
  const parsed = typeof window === 'string' ? parseSpendWindow(window, timezone) : undefined
  return { cumulative_window: parsed ?? TOTAL, timezone }
}

function firstOf(maps: readonly ReadonlyMap<string, unknown>[], key: string): unknown {
  return maps.find((map) => map.has(key))?.get(key)
}
