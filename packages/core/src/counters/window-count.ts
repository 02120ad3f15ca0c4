import type { SpendWindow } from '../windows.ts'
import { windowEnd, windowStart } from '../windows.ts'
import { addUp } from './event-list.ts'

/** What was permitted in one calendar window, or since the beginning. */
export interface WindowCount {
  start: number
  /** First moment of the next window; `null` for the total, which has none. */
  end: number | null
  cents: number
  permits: number
  /** Permits by position in the counter's table of action names. */
  actions: number[]
}

export function newWindowCount(window: SpendWindow, now: number): WindowCount {
  const end = windowEnd(window, now) ?? null
  return { start: windowStart(window, now), end, cents: 0, permits: 0, actions: [] }
}

export function isOver(count: WindowCount, now: number): boolean {
  return count.end !== null && now >= count.end
}

/** Makes `count` that of the window which holds `now`. */
export function rollWindow(count: WindowCount, window: SpendWindow, now: number): void {
  if (isOver(count, now)) Object.assign(count, newWindowCount(window, now))
}

export function addToWindow(count: WindowCount, cents: number, actionIndex: number): void {
  count.cents = addUp(count.cents, cents)
  count.permits = addUp(count.permits, 1)
  while (count.actions.length <= actionIndex) count.actions.push(0)
  count.actions[actionIndex] = addUp(count.actions[actionIndex] ?? 0, 1)
}
