import { ModeiProblem } from '@modei/protocol'

/** SQLite's words for a disk that is full, fails or does not let it write. A thread's error comes as its words alone. */
const AWAY =
  /^(?:database or disk is full|disk I\/O error|attempt to write a readonly database|unable to open database file|database is locked)/

/** Says in our words that nothing can be recorded now; anything else passes as it is. */
export function translated(error: unknown): unknown {
  if (!(error instanceof Error) || !AWAY.test(error.message)) return error
  return new ModeiProblem('unavailable', 'the database cannot be written', { retryAfter: 1, cause: error })
}
