import { parseDuration } from '@modei/protocol'
import { civilEnd, civilStart } from './civil-time.ts'

/** A span of time over which spending is summed. Calendar windows follow an IANA zone's civil days. */
export type SpendWindow =
  | { kind: 'calendar'; unit: CalendarUnit; timezone: string }
  | { kind: 'rolling'; ms: number }
  | { kind: 'total' }

export const CALENDAR_UNITS = ['hourly', 'daily', 'weekly', 'monthly'] as const
export type CalendarUnit = (typeof CALENDAR_UNITS)[number]

export const TOTAL: SpendWindow = { kind: 'total' }

const MIN_ROLLING_MS = 60_000
const MAX_ROLLING_MS = 10 * 365 * 86_400_000

export function isCalendarUnit(value: unknown): value is CalendarUnit {
  return CALENDAR_UNITS.some((unit) => unit === value)
}

/** Reads `hourly daily weekly monthly total`, or a rolling span from one minute to ten years such as `30d`. */
export function parseSpendWindow(text: string, timezone: string): SpendWindow | undefined {
  if (text === 'total') return TOTAL
  if (isCalendarUnit(text)) return { kind: 'calendar', unit: text, timezone }
  const seconds = parseDuration(text)
  if (seconds === undefined) return undefined
  const ms = seconds * 1000
  return ms >= MIN_ROLLING_MS && ms <= MAX_ROLLING_MS ? { kind: 'rolling', ms } : undefined
}

/** Whether two windows count the same things. */
export function sameWindow(a: SpendWindow, b: SpendWindow): boolean {
  if (a.kind === 'calendar') return b.kind === 'calendar' && a.unit === b.unit && a.timezone === b.timezone
  return a.kind === b.kind && (a.kind !== 'rolling' || (b.kind === 'rolling' && a.ms === b.ms))
}

/** Start of the window that holds `now`: inclusive for calendar windows, exclusive for rolling ones. */
export function windowStart(window: SpendWindow, now: number): number {
  if (window.kind === 'total') return 0
  if (window.kind === 'rolling') return now - window.ms
  return window.timezone === 'UTC'
    ? utcStart(window.unit, now)
    : civilStart(window.unit, window.timezone, now)
}

/** First moment of the next calendar window; `undefined` for windows that have no such moment. */
export function windowEnd(window: SpendWindow, now: number): number | undefined {
  if (window.kind !== 'calendar') return undefined
  return window.timezone === 'UTC' ? utcEnd(window.unit, now) : civilEnd(window.unit, window.timezone, now)
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The Unix epoch is a Thursday; three days earlier a week begins. */
const MONDAY_OFFSET = 3 * DAY

function utcStart(unit: CalendarUnit, now: number): number {
  if (unit === 'hourly') return Math.floor(now / HOUR) * HOUR
  if (unit === 'daily') return Math.floor(now / DAY) * DAY
  if (unit === 'weekly') return Math.floor((now + MONDAY_OFFSET) / (7 * DAY)) * 7 * DAY - MONDAY_OFFSET
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}

function utcEnd(unit: CalendarUnit, now: number): number {
  if (unit === 'hourly') return utcStart(unit, now) + HOUR
  if (unit === 'daily') return utcStart(unit, now) + DAY
  if (unit === 'weekly') return utcStart(unit, now) + 7 * DAY
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}
