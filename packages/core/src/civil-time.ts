import * as Instant from 'temporal-polyfill/fns/Instant'
import * as PlainDateTime from 'temporal-polyfill/fns/PlainDateTime'
import * as Zoned from 'temporal-polyfill/fns/ZonedDateTime'
import type { CalendarUnit } from './windows.ts'

const HOUR = 3_600_000
/** Names only: a fixed offset such as `+02:00` has no civil days that follow a place's clock. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,3}$/
const MAX_CACHED_ZONES = 1000
const knownZones = new Map<string, boolean>()

/** Whether a name is an IANA time zone. */
export function isTimeZone(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 64 || !ZONE_NAME.test(value)) return false
  const cached = knownZones.get(value)
  if (cached !== undefined) return cached
  const known = resolves(value)
  if (knownZones.size >= MAX_CACHED_ZONES) knownZones.clear()
  knownZones.set(value, known)
  return known
}

function resolves(zone: string): boolean {
  try {
    zoned(0, zone)
    return true
  } catch {
    return false
  }
}

function zoned(ms: number, zone: string): Zoned.Record {
  return Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(ms), zone)
}

function epochMs(record: Zoned.Record): number {
  return record.epochMilliseconds
}

export interface WallClock {
  /** Monday is 1. */
  weekday: number
  minute_of_day: number
}

const MINUTE = 60_000
const DAY = 24 * HOUR
const WEEK = 7 * DAY

interface OffsetSpan {
  from: number
  until: number
  offset: number
}

const offsetSpans = new Map<string, OffsetSpan>()

/** The zone's offset from UTC at `ms`, in milliseconds; remembered until its clocks change: this is asked for on every decision. */
export function zoneOffset(ms: number, zone: string): number {
  const cached = offsetSpans.get(zone)
  if (cached !== undefined && ms >= cached.from && ms < cached.until) return cached.offset
  const next = nextClockChange(ms, zone) ?? Number.POSITIVE_INFINITY
  const span = { from: ms, until: Math.min(next, ms + WEEK), offset: offsetMs(zone, ms) }
  if (offsetSpans.size >= MAX_CACHED_ZONES) offsetSpans.clear()
  offsetSpans.set(zone, span)
  return span.offset
}

/** What a clock on the wall of a zone shows at a moment. */
export function wallClock(ms: number, zone: string): WallClock {
  const wall = ms + (zone === 'UTC' ? 0 : zoneOffset(ms, zone))
  // The Unix epoch is a Thursday, day 4 of a week that begins on Monday.
  const weekday = ((((Math.floor(wall / DAY) + 3) % 7) + 7) % 7) + 1
  return { weekday, minute_of_day: Math.floor((((wall % DAY) + DAY) % DAY) / MINUTE) }
}

/**
 * The moments at which a wall clock may show `minuteOfDay` on the day `dayOffset` days after that of `ms`: two
 * when the hour repeats; moved by the gap when the hour is skipped.
 */
export function wallMoments(ms: number, zone: string, dayOffset: number, minuteOfDay: number): number[] {
  const day = Zoned.toPlainDateTime(zoned(ms, zone))
  const wall = PlainDateTime.withFields(PlainDateTime.addDays(day, dayOffset), {
    hour: Math.floor(minuteOfDay / 60),
    minute: minuteOfDay % 60,
    second: 0,
    millisecond: 0,
    microsecond: 0,
    nanosecond: 0,
  })
  return (['earlier', 'later'] as const).map((disambiguation) =>
    epochMs(PlainDateTime.toZonedDateTime(wall, zone, { disambiguation })),
  )
}

/** The next moment after `ms` at which the zone's clocks jump; `undefined` when none is known. */
export function nextClockChange(ms: number, zone: string): number | undefined {
  const next = Zoned.getTimeZoneTransition(zoned(ms, zone), 'next')
  return next === null ? undefined : epochMs(next)
}

/** Start of the civil hour, day, week (Monday) or month that holds `ms`. */
export function civilStart(unit: CalendarUnit, zone: string, ms: number): number {
  if (unit === 'hourly') return hourStart(zone, ms)
  const record = zoned(ms, zone)
  if (unit === 'daily') return epochMs(Zoned.startOfDay(record))
  return epochMs(unit === 'weekly' ? Zoned.startOfWeek(record) : Zoned.startOfMonth(record))
}

/** Start of the civil hour, day, week or month after the one that holds `ms`. */
export function civilEnd(unit: CalendarUnit, zone: string, ms: number): number {
  if (unit === 'hourly') return hourEnd(zone, ms)
  const start =
    unit === 'daily' ? Zoned.startOfDay : unit === 'weekly' ? Zoned.startOfWeek : Zoned.startOfMonth
  const step = unit === 'daily' ? Zoned.addDays : unit === 'weekly' ? Zoned.addWeeks : Zoned.addMonths
  return epochMs(start(step(start(zoned(ms, zone)), 1)))
}

function offsetMs(zone: string, ms: number): number {
  return Zoned.offsetNanoseconds(zoned(ms, zone)) / 1_000_000
}

function floorHour(ms: number, offset: number): number {
  return Math.floor((ms + offset) / HOUR) * HOUR - offset
}

/**
 * Hours last 60 minutes and start when the clock shows a full hour. Where clocks jump by a part of an hour, the
 * broken hour joins the one before it: a budget per hour is never given twice.
 */
function hourStart(zone: string, ms: number): number {
  const offset = offsetMs(zone, ms)
  const start = floorHour(ms, offset)
  const startOffset = offsetMs(zone, start)
  return startOffset === offset ? start : floorHour(start, startOffset)
}

function hourEnd(zone: string, ms: number): number {
  const start = hourStart(zone, ms)
  let end = start + HOUR
  while (hourStart(zone, end) <= start) end = floorHour(end, offsetMs(zone, end)) + HOUR
  return end
}
