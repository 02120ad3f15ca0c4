const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const ANSWERED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

function utcDay(year: number, month: number, day: number): number | undefined {
  const ms = Date.UTC(year, month - 1, day)
  const date = new Date(ms)
  // `Date` rolls 30 February over to March and reads years below 100 as 19xx; what it changed is refused.
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? ms
    : undefined
}

/** The first and the last moment that the answered form can write and read back. */
const EARLIEST_MS = Date.UTC(100, 0, 1)
const LATEST_MS = Date.UTC(10_000, 0, 1) - 1

/**
 * Reads an RFC 3339 time with a zone and up to nine fraction digits (cut to milliseconds).
 * @returns Unix milliseconds, or `undefined` for anything else, impossible dates and leap seconds included.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = ''] = match
  const midnight = utcDay(Number(year), Number(month), Number(day))
  const h = Number(hour)
  const m = Number(minute)
  const s = Number(second)
  if (midnight === undefined || h > 23 || m > 59 || s > 59) return undefined
  let offset = 0
  if (zone.length > 1) {
    const zoneHours = Number(zone.slice(1, 3))
    const zoneMinutes = Number(zone.slice(4))
    if (zoneHours > 23 || zoneMinutes > 59) return undefined
    offset = (zone.startsWith('-') ? -1 : 1) * (zoneHours * 60 + zoneMinutes)
  }
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const at = midnight + ((h * 60 + m - offset) * 60 + s) * 1000 + ms
  // An offset can carry a time out of the four-digit years.
  return at >= EARLIEST_MS && at <= LATEST_MS ? at : undefined
}

/** Reads `YYYY-MM-DD` as the start of that UTC day, in Unix milliseconds. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text)
  return match === null ? undefined : utcDay(Number(match[1]), Number(match[2]), Number(match[3]))
}

/** The one form in which times are answered and signed: `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
export function formatTimestamp(ms: number): string {
  // Decisions that are made together write one time many times over.
  if (ms !== lastFormatted) {
    lastText = new Date(ms).toISOString()
    lastFormatted = ms
  }
  return lastText
}

let lastFormatted = Number.NaN
let lastText = ''

/** Reads exactly the answered form, as envelopes carry it. */
export function parseAnsweredTimestamp(text: string): number | undefined {
  return ANSWERED.test(text) ? parseTimestamp(text) : undefined
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
}

/** Reads `30s`, `15m`, `24h`, `7d`, `4w` or `1y` (365 days) into seconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12})([smhdwy])$/.exec(text)
  const unit = UNIT_SECONDS[match?.[2] ?? '']
  if (match === null || unit === undefined) return undefined
  const seconds = Number(match[1]) * unit
  return Number.isSafeInteger(seconds) ? seconds : undefined
}
