import { Pool, type PoolClient, type PoolConfig } from 'pg'
import type { PoolState } from '../store.ts'
import { translated } from './errors.ts'
import { safeTypes } from './type-parsers.ts'

export interface PoolOptions {
  /** Connections at most. */
  max: number
  /** Milliseconds after which the client gives a query up; 0 for those that are given up otherwise. */
  queryTimeoutMs: number
  connectTimeoutMs: number
  /** Told of connections that broke while nobody used them. */
  onError(error: unknown): void
}

/**
 * A pool that works behind a transaction pooler: no start-up parameters beyond what those know, no session settings.
 */
export function openPool(url: string, options: PoolOptions): Pool {
  const config: PoolConfig = {
    connectionString: url,
    max: options.max,
    query_timeout: options.queryTimeoutMs,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'modei',
    types: safeTypes,
  }
  const pool = new Pool(config)
  pool.on('error', (error) => {
    // `pg` hangs the whole client on it, which nobody wants in a log.
    Reflect.deleteProperty(error, 'client')
    options.onError(error)
  })
  // A connection may break while it is out of the pool and between two statements: the next one says so.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

export function poolState(name: string, { totalCount, idleCount, waitingCount }: Pool): PoolState {
  return { pool: name, total: totalCount, idle: idleCount, waiting: waitingCount }
}

/** A connection of the pool, or `unavailable`. */
export async function checkOut(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw translated(error)
  }
}
