import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'

/** A transaction of somebody else's, which keeps what it locks until it is let go. */
export async function keep(url: string, ...statements: readonly string[]) {
  const client = new Client(url)
  await client.connect()
  await client.query('begin')
  for (const statement of statements) await client.query(statement)
  return async () => {
    await client.query('rollback')
    await client.end()
  }
}

/** Waits until somebody in the database waits for this. */
export async function waitUntil(url: string, event: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  for (;;) {
    const { rows } = await client.query(
      'select 1 from pg_stat_activity where datname = current_database() and wait_event = $1',
      [event],
    )
    if (rows.length > 0) break
    await delay(5)
  }
  await client.end()
}
