import type { SpendWindow } from '../windows.ts'

/**
 * Something a counter must keep so that a constraint can be evaluated. `scope` is `*` for the whole
 * passport, or a granted permission: then only actions that it covers count.
 */
export type Tracker =
  | { kind: 'spend'; window: SpendWindow }
  | { kind: 'rate'; window_ms: number; limit: number }
  | { kind: 'permits' }
  | { kind: 'activity' }
  | { kind: 'targets' }

/** What one passport has used, within one scope. `undefined` means that it is not known, which blocks. */
export interface Usage {
  /** Cents spent in the window that holds `now`, and cents reserved by open holds. */
  spend(window: SpendWindow): SpendUsage | undefined
  /** Permits in (now − window_ms, now]. */
  rate(window_ms: number): RateUsage | undefined
  /** Permits since the counter began or was last reset. */
  total(): number | undefined
  /** Time of the last permit, Unix milliseconds; `null` when there was none. */
  lastPermitAt(): number | null | undefined
  /** Permits in the last 5 minutes, and in the 30 minutes before those. */
  activity(): { recent: number; baseline: number } | undefined
  /** Whether a permitted action has had this target host. */
  hasMetTarget(host: string): boolean | undefined
}

export interface SpendUsage {
  spent: number
  reserved: number
  /** When spending falls so far that `cents` more would fit under `limit`; `undefined` when time does not help. */
  fitsAt(cents: number, limit: number): number | undefined
}

export interface RateUsage {
  count: number
  /** When one more would fit under `limit`; `undefined` when it never does. */
  fitsAt(limit: number): number | undefined
}
