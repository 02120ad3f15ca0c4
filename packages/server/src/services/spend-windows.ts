import {
  type ConstraintInstance,
  type Counters,
  cumulativeState,
  type SpendWindow,
  sameWindow,
  spendWindowOf,
  usageOf,
  WHOLE_PASSPORT,
  type WindowState,
  windowStart,
} from '@modei/core'
import { formatTimestamp, type SpendWindowState } from '@modei/protocol'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Milliseconds that a window spans at most. */
function widthOf(window: SpendWindow): number {
  if (window.kind === 'rolling') return window.ms
  if (window.kind === 'total') return Number.POSITIVE_INFINITY
  return { hourly: HOUR_MS, daily: DAY_MS, weekly: 7 * DAY_MS, monthly: 31 * DAY_MS }[window.unit]
}

interface SpendLimit {
  window: SpendWindow
  cents: number
}

/** The limits on what the whole passport spends. */
export function spendLimits(instances: readonly ConstraintInstance[]): SpendLimit[] {
  return instances.flatMap((instance) => {
    const window = spendWindowOf(instance)
    const { scope, value } = instance
    return window === undefined || scope !== WHOLE_PASSPORT || typeof value !== 'number'
      ? []
      : [{ window, cents: value }]
  })
}

export function widestWindow(limits: readonly SpendLimit[]): SpendWindow {
  const [widest = { kind: 'total' as const }] = limits
    .map(({ window }) => window)
    .sort((a, b) => widthOf(b) - widthOf(a))
  return widest
}

/** What was spent in every kind of window, and in each rolling one that a limit uses. */
export function spendWindowStates(
  counters: Counters,
  now: number,
  limits: readonly SpendLimit[],
): SpendWindowState[] {
  const usage = usageOf(counters, WHOLE_PASSPORT, now)
  const reserved = usage.spend({ kind: 'total' })?.reserved ?? 0
  const { windows } = cumulativeState(
    counters,
    now,
    limits.map(({ window }) => window),
  )
  const calendar = windows.map((state) => {
    const own = limits.filter(({ window }) => isOf(window, state))
    return withLimit(
      {
        window_type: state.window_type,
        window_start: state.window_start,
        window_end: state.window_end,
        cost_cumulative_cents: state.cost_cumulative_cents,
        reserved_cents: reserved,
      },
      own,
    )
  })
  const rolling = distinctRolling(limits).map((window) =>
    withLimit(
      {
        window_type: durationText(window.ms),
        window_start: formatTimestamp(windowStart(window, now)),
        window_end: null,
        cost_cumulative_cents: Math.min(usage.spend(window)?.spent ?? 0, Number.MAX_SAFE_INTEGER),
        reserved_cents: reserved,
      },
      limits.filter((limit) => sameWindow(limit.window, window)),
    ),
  )
  return [...calendar, ...rolling]
}

function isOf(window: SpendWindow, state: WindowState): boolean {
  if (window.kind === 'total') return state.window_type === 'total'
  return (
    window.kind === 'calendar' &&
    window.unit === state.window_type &&
    // Two limits may count the same kind of day in two zones; the state tells one of them.
    window.timezone === state.timezone
  )
}

type Rolling = Extract<SpendWindow, { kind: 'rolling' }>

function distinctRolling(limits: readonly SpendLimit[]): Rolling[] {
  const distinct = new Map<number, Rolling>()
  for (const { window } of limits) if (window.kind === 'rolling') distinct.set(window.ms, window)
  return [...distinct.values()].sort((a, b) => a.ms - b.ms)
}

/** The tightest limit of a window, and what it leaves. */
function withLimit(
  state: Omit<SpendWindowState, 'limit_cents' | 'remaining_cents'>,
  limits: readonly SpendLimit[],
): SpendWindowState {
  if (limits.length === 0) return { ...state, limit_cents: null, remaining_cents: null }
  const limit = Math.min(...limits.map(({ cents }) => cents))
  const remaining = Math.max(0, limit - state.cost_cumulative_cents - state.reserved_cents)
  return { ...state, limit_cents: limit, remaining_cents: remaining }
}

/** A rolling span as it is set: `30d`, `12h`. */
export function durationText(ms: number): string {
  const units = [
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['m', 60_000],
    ['s', 1000],
  ] as const
  const [unit, size] = units.find(([, size]) => ms % size === 0) ?? ['s', 1000]
  return `${Math.floor(ms / size)}${unit}`
}

/** How a window is named on the wire. */
export function windowTypeOf(window: SpendWindow): string {
  if (window.kind === 'rolling') return durationText(window.ms)
  return window.kind === 'total' ? 'total' : window.unit
}
