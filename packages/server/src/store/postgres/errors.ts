import { ModeiProblem } from '@modei/protocol'
import { DatabaseError } from 'pg'

/** Another transaction won; the same work, done again, can succeed. */
const LOST_RACE = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '23505', // unique violation: the row that another process just wrote is seen by the next try
])

/** The server cannot serve now: it starts, stops, is full, is a standby, or another transaction holds on too long. */
const AWAY = /^(?:08...|28...|3D000|53...|57P0.|57014|55P03|25006|25P03|40003)$/

/** What `pg` says, without a code, of a connection that cannot be had or was lost. */
const LOST_CONNECTION =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after|The server does not support SSL)/

const NETWORK = /^(?:E(?:CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)|ERR_SOCKET|ERR_STREAM)/

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** It waited for somebody's lock as long as it may, as PostgreSQL says it or {@link translated}. */
export function isLockTimeout(error: unknown): boolean {
  const code = codeOf(error instanceof ModeiProblem ? error.cause : error)
  return code === '55P03'
}

export function lostRace(error: unknown): boolean {
  return LOST_RACE.has(codeOf(error) ?? '')
}

/** The text of a row that the database cannot keep, such as one with a NUL character. */
export function isUnstorable(error: unknown): boolean {
  return codeOf(error)?.startsWith('22') === true
}

/** The connection broke, so nobody was told how the last statement ended. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(?:08...|57P0[1-5])$/.test(error.code ?? '')
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost)
  return NETWORK.test(codeOf(error) ?? '') || (error instanceof Error && LOST_CONNECTION.test(error.message))
}

/** Says in our words that the database is away; anything else passes as it is. */
export function translated(error: unknown): unknown {
  if (error instanceof ModeiProblem) return error
  if (!isConnectionLost(error) && !AWAY.test(codeOf(error) ?? '')) return error
  return new ModeiProblem('unavailable', 'the database does not answer', { retryAfter: 1, cause: error })
}
