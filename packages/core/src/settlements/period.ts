import { parseDate } from '@modei/protocol'

export type PeriodType = 'daily' | 'weekly' | 'monthly'

const DAY_MS = 86_400_000

/** A settlement period in Unix milliseconds: from its first moment up to, not including, `until`. */
export interface Period {
  from: number
  until: number
}

/**
 * Reads the first and the last UTC day of a period.
 * @returns a sentence when they are no part of one such period
 */
export function readPeriod(type: PeriodType, start: string, end: string): Period | string {
  const from = parseDate(start)
  const last = parseDate(end)
  if (from === undefined || last === undefined) return 'is not a calendar date'
  if (last < from) return 'is before the start'
  const until = last + DAY_MS
  return until <= longestEnd(type, from) ? { from, until } : `makes more than one ${type} period`
}

function longestEnd(type: PeriodType, from: number): number {
  if (type === 'daily') return from + DAY_MS
  if (type === 'weekly') return from + 7 * DAY_MS
  const date = new Date(from)
  const day = date.getUTCDate()
  const nextMonth = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
  const lastOfNext = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 2, 0)).getUTCDate()
  // From the 31st, a month lasts to the end of a shorter one.
  return nextMonth + (Math.min(day, lastOfNext + 1) - 1) * DAY_MS
}
