import type { SpendWindow } from '../windows.ts'
import { CALENDAR_UNITS, TOTAL } from '../windows.ts'
import { OTHER_ACTIONS } from './action-table.ts'
import type { Track } from './track.ts'
import type { WindowCount } from './window-count.ts'
import { newWindowCount } from './window-count.ts'

/**
 * All that one passport used in one workspace: plain JSON data, owned by the caller. Functions that change it
 * change it in place, so a caller that may have to give up works on a copy.
 */
export interface Counters {
  version: 1
  /** The latest time at which something was decided. Time never goes back before it. */
  decided_at: number
  last_permit_at: number | null
  /** Action names that `WindowCount.actions` counts by position. Position 0 is `*`: all beyond the first 256. */
  actions: string[]
  /** Kept for the whole passport always, by UTC calendar. */
  windows: Record<WindowType, WindowCount>
  /** What constraints in force need beyond that. */
  scopes: ScopeCounters[]
  reservations: Reservation[]
  /** When each kind of window was last reset, so that older permits are not counted again. */
  resets: Partial<Record<WindowType | 'all', number>>
}

export const WINDOW_TYPES = [...CALENDAR_UNITS, 'total'] as const
export type WindowType = (typeof WINDOW_TYPES)[number]

export interface ScopeCounters {
  /** `*`, or a granted permission: then only actions that it covers are counted. */
  scope: string
  tracks: Track[]
}

/** Cents that an open hold keeps until it is used, denied or expires. */
export interface Reservation {
  id: string
  /** Names the request, so that the same request is held once. */
  fingerprint: string
  action: string
  cost_cents: number
  expires_at: number
}

export function utcWindow(type: WindowType): SpendWindow {
  return type === 'total' ? TOTAL : { kind: 'calendar', unit: type, timezone: 'UTC' }
}

export function newCounters(now: number): Counters {
  return {
    version: 1,
    decided_at: now,
    last_permit_at: null,
    actions: [OTHER_ACTIONS],
    windows: {
      hourly: newWindowCount(utcWindow('hourly'), now),
      daily: newWindowCount(utcWindow('daily'), now),
      weekly: newWindowCount(utcWindow('weekly'), now),
      monthly: newWindowCount(utcWindow('monthly'), now),
      total: newWindowCount(TOTAL, now),
    },
    scopes: [],
    reservations: [],
    resets: {},
  }
}

/** The time at which a decision asked for at `now` is made: never before the last one. */
export function effectiveNow(counters: Counters, now: number): number {
  return Math.max(now, counters.decided_at)
}

/** Notes that something was decided, permitted or not, and answers the time of that decision. */
export function noteDecision(counters: Counters, now: number): number {
  counters.decided_at = effectiveNow(counters, now)
  return counters.decided_at
}

export function findScope(counters: Counters, scope: string): ScopeCounters | undefined {
  return counters.scopes.find((kept) => kept.scope === scope)
}
