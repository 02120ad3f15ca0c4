import { z } from 'zod'
import { nextClockChange, wallClock, wallMoments } from '../civil-time.ts'
import { defineConstraint } from './constraint.ts'
import { TimeZone } from './values.ts'
import { resetsAt } from './verdicts.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const MAX_HOURS = 100

const HourText = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM from 00:00 to 23:59')

const Hours = z.strictObject({
  timezone: TimeZone,
  days: z.array(z.enum(DAYS)).min(1).max(7).optional(),
  start: HourText,
  end: HourText,
})
type Hours = z.infer<typeof Hours>

const OperatingHours = z.union([Hours, z.array(Hours).min(1).max(MAX_HOURS)])

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
}

/** Permits actions only while a clock on a wall of the zone shows these hours. */
export const timeOperatingHours = defineConstraint({
  key: 'core:time:operating_hours',
  sequence: 10,
  kind: 'limit',
  name: 'Operating hours',
  description:
    'Blocks outside these hours, the end excluded. An end at or before the start belongs to the next day; days ' +
    'are those on which the hours start.',
  value_type: 'object',
  unit: null,
  value: OperatingHours,
  evaluate(limit, facts) {
    const hours = Array.isArray(limit) ? limit : [limit]
    if (hours.some((own) => isOpen(own, facts.now))) return { result: 'pass', limit }
    const [first] = hours
    const shown =
      hours.length === 1 && first !== undefined ? `${first.start} to ${first.end} ${first.timezone}` : ''
    return {
      result: 'block',
      reason: 'operating_hours_closed',
      limit,
      detail:
        shown === '' ? `outside all ${hours.length} operating hours` : `outside the operating hours ${shown}`,
      ...resetsAt(nextOpening(hours, facts.now)),
    }
  },
  narrows: (parent, child) => canonical(parent) === canonical(child),
})

function isOpen(hours: Hours, now: number): boolean {
  const { weekday, minute_of_day: minute } = wallClock(now, hours.timezone)
  const start = minuteOf(hours.start)
  const end = minuteOf(hours.end)
  if (start < end) return startsOn(hours, weekday) && start <= minute && minute < end
  return (minute >= start && startsOn(hours, weekday)) || (minute < end && startsOn(hours, weekday - 1))
}

/** `weekday` counts from 1 for Monday; 0 is Sunday too. */
function startsOn(hours: Hours, weekday: number): boolean {
  const day = DAYS[(weekday + 6) % 7]
  return hours.days === undefined || (day !== undefined && hours.days.includes(day))
}

/** Hours open at their start, or, where the start is skipped, when the clocks have changed. */
function nextOpening(hours: readonly Hours[], now: number): number | undefined {
  const moments = hours.flatMap((own) => {
    const starts = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((offset) =>
      wallMoments(now, own.timezone, offset, minuteOf(own.start)),
    )
    return [...starts, nextClockChange(now, own.timezone) ?? now]
  })
  return moments
    .sort((a, b) => a - b)
    .find((moment) => moment > now && hours.some((own) => isOpen(own, moment)))
}

/** The same hours in the same words, whatever the order of days. */
function canonical(value: Hours | Hours[]): string {
  const hours = Array.isArray(value) ? value : [value]
  return JSON.stringify(
    hours.map(({ timezone, days, start, end }) => [
      timezone,
      DAYS.filter((day) => days === undefined || days.includes(day)),
      start,
      end,
    ]),
  )
}
