import { ModeiError } from 'modei'

/** What the shell is told. docs/guides/cli.md lists them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unauthenticated: 3,
  forbidden: 4,
  not_found: 5,
  conflict: 6,
  rate_limited: 7,
  unreachable: 8,
  server_failed: 9,
  /** The answer came, and it is no: blocked, held, not valid, a broken chain. */
  refused: 10,
  interrupted: 130,
} as const

const BY_STATUS: ReadonlyMap<number, number> = new Map([
  [400, EXIT.usage],
  [401, EXIT.unauthenticated],
  [403, EXIT.forbidden],
  [404, EXIT.not_found],
  [409, EXIT.conflict],
  [413, EXIT.usage],
  [415, EXIT.usage],
  [422, EXIT.usage],
  [429, EXIT.rate_limited],
  [502, EXIT.unreachable],
  [503, EXIT.unreachable],
  [504, EXIT.unreachable],
])

const BY_CODE: ReadonlyMap<string, number> = new Map([
  // Noticed before anything was sent.
  ['request_invalid', EXIT.usage],
  ['api_key_missing', EXIT.unauthenticated],
  ['api_key_malformed', EXIT.unauthenticated],
  ['connection_failed', EXIT.unreachable],
  ['timed_out', EXIT.unreachable],
  ['unexpected_redirect', EXIT.unreachable],
  ['invalid_response', EXIT.server_failed],
])

/** A command that was called wrongly. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** An answer that is no. What was answered is on standard output already. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Somebody pressed Ctrl-C at a prompt. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof Refused) return EXIT.refused
  if (error instanceof Interrupted) return EXIT.interrupted
  if (!(error instanceof ModeiError)) return EXIT.failed
  const { statusCode } = error
  if (statusCode === undefined) return BY_CODE.get(error.code) ?? EXIT.failed
  return (
    BY_STATUS.get(statusCode) ??
    BY_CODE.get(error.code) ??
    (statusCode >= 500 ? EXIT.server_failed : EXIT.failed)
  )
}
