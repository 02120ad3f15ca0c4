import { isActionPattern, parseTimestamp } from '@modei/protocol'
import { z } from 'zod'
import { isTimeZone } from '../civil-time.ts'

export const MAX_ENTRIES = 1000
export const MAX_TEXT = 2048

/** A whole number from 0 to 2^53 − 1: a count, or cents. */
export const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

export const Cents = Count

export const Flag = z.boolean()

export const BasisPoints = z.int().min(0).max(10_000)

/** Text that is not empty. */
export const Text = z.string().min(1).max(MAX_TEXT)

export const TextList = z.array(Text).max(MAX_ENTRIES)

export const ActionPattern = z
  .string()
  .max(255)
  .refine(isActionPattern, 'must be an action, `ns:*`, `*:verb` or `*`')

export const ActionPatterns = z.array(ActionPattern).max(MAX_ENTRIES)

export const TimestampText = z
  .string()
  .max(64)
  .refine((text) => parseTimestamp(text) !== undefined, 'must be an RFC 3339 time with a zone')

const MAX_CACHED = 1000
const moments = new Map<string, number>()

/** The moment that a readable {@link TimestampText} names. */
export function momentOf(text: string): number {
  const known = moments.get(text)
  if (known !== undefined) return known
  const moment = parseTimestamp(text)
  if (moment === undefined) throw new Error('not a time')
  if (moments.size >= MAX_CACHED) moments.clear()
  moments.set(text, moment)
  return moment
}

export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as `Europe/Berlin`')
