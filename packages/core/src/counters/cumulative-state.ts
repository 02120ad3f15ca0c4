import { formatTimestamp } from '@modei/protocol'
import type { SpendWindow } from '../windows.ts'
import { windowEnd, windowStart } from '../windows.ts'
import { actionCounts } from './action-table.ts'
import type { Counters, WindowType } from './counters.ts'
import { effectiveNow, findScope, utcWindow, WINDOW_TYPES } from './counters.ts'
import { type EventList, eventsOf } from './event-list.ts'
import { alwaysKept, WHOLE_PASSPORT } from './trackers.ts'
import { isOver, type WindowCount } from './window-count.ts'

export interface WindowState {
  window_type: WindowType
  timezone: string
  /** `null` for the total, which has no start. */
  window_start: string | null
  window_end: string | null
  cost_cumulative_cents: number
  permits: number
  action_counts: Record<string, number>
}

/** What is told about a passport's counters, apart from the ids of the passport and its last record. */
export interface CounterState {
  window_type: WindowType
  window_start: string | null
  cost_cumulative_cents: number
  action_counts: Record<string, number>
  rate_windows: Record<string, string[]>
  windows: WindowState[]
}

const MAX_TIMES = 1000
const RATE_KEYS = new Map([
  [60_000, 'core:rate:max_per_minute'],
  [3_600_000, 'core:rate:max_per_hour'],
  [86_400_000, 'core:rate:max_per_day'],
])

/**
 * Tells what a passport used.
 * @param inUse windows that its limits on spend count in; the widest of them is told first, else the total
 */
export function cumulativeState(
  counters: Counters,
  now: number,
  inUse: readonly SpendWindow[] = [],
): CounterState {
  const at = effectiveNow(counters, now)
  const windows = WINDOW_TYPES.map((type) =>
    windowState(counters, type, windowInUse(counters, type, inUse), at),
  )
  const widest = widestInUse(inUse)
  const told = windows.find((window) => window.window_type === widest) ?? windows.at(-1)
  if (told === undefined) throw new Error('counters have no windows')
  return {
    window_type: told.window_type,
    window_start: told.window_start,
    cost_cumulative_cents: told.cost_cumulative_cents,
    action_counts: told.action_counts,
    rate_windows: rateWindows(counters, at),
    windows,
  }
}

function widestInUse(inUse: readonly SpendWindow[]): WindowType {
  const types = inUse.map((window) => (window.kind === 'calendar' ? window.unit : 'total'))
  return WINDOW_TYPES.findLast((type) => types.includes(type)) ?? 'total'
}

/** The window of a type in the zone that a limit counts in, or else in the one that is kept anyway. */
function windowInUse(counters: Counters, type: WindowType, inUse: readonly SpendWindow[]): SpendWindow {
  const used = inUse.find((window) => window.kind === 'calendar' && window.unit === type)
  return used !== undefined && countOf(counters, used) !== undefined ? used : utcWindow(type)
}

function countOf(counters: Counters, window: SpendWindow): WindowCount | undefined {
  const always = alwaysKept(window)
  if (always !== undefined) return counters.windows[always]
  for (const track of findScope(counters, WHOLE_PASSPORT)?.tracks ?? []) {
    if (track.kind !== 'calendar' || track.window.kind !== 'calendar' || window.kind !== 'calendar') continue
    if (track.window.unit === window.unit && track.window.timezone === window.timezone) return track.count
  }
  return undefined
}

function windowState(counters: Counters, type: WindowType, window: SpendWindow, now: number): WindowState {
  const count = countOf(counters, window)
  const current = count === undefined || isOver(count, now) ? undefined : count
  const end = windowEnd(window, now)
  return {
    window_type: type,
    timezone: window.kind === 'calendar' ? window.timezone : 'UTC',
    window_start: window.kind === 'calendar' ? formatTimestamp(windowStart(window, now)) : null,
    window_end: end === undefined ? null : formatTimestamp(end),
    cost_cumulative_cents: Math.min(current?.cents ?? 0, Number.MAX_SAFE_INTEGER),
    permits: Math.min(current?.permits ?? 0, Number.MAX_SAFE_INTEGER),
    action_counts: Object.fromEntries(actionCounts(counters, current?.actions ?? [])),
  }
}

/** The newest times of every rate, at most {@link MAX_TIMES} together, oldest first. */
function rateWindows(counters: Counters, now: number): Record<string, string[]> {
  const told = new Map<string, string[]>()
  let room = MAX_TIMES
  for (const { scope, tracks } of counters.scopes) {
    for (const track of tracks) {
      if (track.kind !== 'rate') continue
      const key = RATE_KEYS.get(track.ms) ?? 'core:rate:min_interval_ms'
      const times = newestTimes(track.permits, now - track.ms, room)
      room -= times.length
      told.set(scope === WHOLE_PASSPORT ? key : `${scope} ${key}`, times.map(formatTimestamp))
    }
  }
  return Object.fromEntries(told)
}

function newestTimes(permits: EventList, after: number, atMost: number): number[] {
  const times: number[] = []
  for (const { at, amount } of eventsOf(permits).reverse()) {
    if (at <= after || times.length >= atMost) break
    const shown = Math.min(amount, atMost - times.length)
    for (let n = 0; n < shown; n += 1) times.push(at)
  }
  return times.reverse()
}
