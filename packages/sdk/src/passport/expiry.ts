import { parseDuration } from '@modei/protocol/time'

/** When a passport ends: at a time, or after seconds or a duration such as `15m`, `24h` or `7d`. */
export type Expiry =
  | { readonly expiresAt: Date; readonly expiresIn?: undefined }
  | { readonly expiresIn: number | string; readonly expiresAt?: undefined }

/** Unix milliseconds. Throws a `TypeError` for what is neither a time nor a positive duration, and for both. */
export function readExpiry({ expiresAt, expiresIn }: Expiry, now: number): number {
  if ((expiresAt === undefined) === (expiresIn === undefined)) {
    throw new TypeError('give either `expiresAt` or `expiresIn`')
  }
  const ms = expiresAt === undefined ? now + readSeconds(expiresIn) * 1000 : expiresAt.getTime()
  if (!Number.isFinite(ms)) throw new TypeError('`expiresAt` is not a time')
  return ms
}

function readSeconds(expiresIn: number | string | undefined): number {
  const seconds = typeof expiresIn === 'string' ? parseDuration(expiresIn) : expiresIn
  if (seconds !== undefined && Number.isFinite(seconds) && seconds > 0) return seconds
  throw new TypeError(
    '`expiresIn` must be a positive number of seconds, or a duration such as `15m`, `24h`, `7d`',
  )
}
