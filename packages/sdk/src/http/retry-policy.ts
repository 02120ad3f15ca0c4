import { ModeiError } from '../errors.ts'

const FIRST_DELAY_MS = 250
const LONGEST_BACKOFF_MS = 8_000

/** A server that asks for more patience than this is not waited for: the caller gets the error, with `retryAfter`. */
export const LONGEST_RETRY_AFTER_S = 60

const PASSING_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504])
const PASSING_CODES: ReadonlySet<string> = new Set([
  'connection_failed',
  'timed_out',
  'idempotency_in_flight',
])

/** Whether the same request can succeed later: the network failed, the server is busy, or the first try still runs. */
export function isPassing(error: unknown): error is ModeiError {
  if (!(error instanceof ModeiError)) return false
  return PASSING_CODES.has(error.code) || PASSING_STATUSES.has(error.statusCode ?? 0)
}

/**
 * How long to wait before the next try, or undefined when the server asks for too long a wait.
 * What the server asks for is kept to; else full jitter under a doubling ceiling.
 * @param attempt tries that have failed, from 1
 * @param random at least 0 and less than 1
 */
export function retryDelayMs(
  attempt: number,
  retryAfter: number | undefined,
  random: number,
): number | undefined {
  if (retryAfter === undefined)
    return random * Math.min(LONGEST_BACKOFF_MS, FIRST_DELAY_MS * 2 ** (attempt - 1))
  return retryAfter <= LONGEST_RETRY_AFTER_S ? retryAfter * 1000 : undefined
}
