import type { Client, PoolClient } from 'pg'

/**
 * Sends all the statements that `send` sends in one packet. Each by itself would be a call of the system here and wake
 * the database anew, which costs a small flush more than what the statements do.
 */
export function inOnePiece<T>(client: PoolClient, send: () => T): T {
  const { stream } = (client as PoolClient & Pick<Client, 'connection'>).connection
  stream.cork()
  try {
    return send()
  } finally {
    process.nextTick(() => stream.uncork())
  }
}
