import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { box, makeWorld, spend } from '../../src/store/conformance-fixture.ts'
import { LANE_LOCKS } from '../../src/store/postgres/decision-engine.ts'
import { openPostgresStore, type PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts'
import { Signer } from '../../src/store/signer.ts'
import { startPostgres } from './postgres-server.ts'

const server = await startPostgres()
after(() => server.stop())

/** A transaction of somebody else's, which keeps what it locks until it is let go. */
async function keep(url: string, ...statements: readonly string[]) {
  const client = new Client(url)
  await client.connect()
  await client.query('begin')
  for (const statement of statements) await client.query(statement)
  return async () => {
    await client.query('rollback')
    await client.end()
  }
}

async function waitUntil(url: string, event: string): Promise<void> {
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

/** One flush that a chain's lock keeps, and another behind it that finds every turn taken once the first has ended. */
async function blockedTurn(options: Partial<PostgresStoreOptions>) {
  const url = await server.createDatabase()
  const store = await openPostgresStore(url, { signer: new Signer(box), ...options })
  const world = await makeWorld(store)
  await store.decide(spend(world))
  const lanes = [0, 1].map((lane) => `select pg_advisory_xact_lock(${LANE_LOCKS}, ${lane})`)
  const endTurns = await keep(url, ...lanes)
  const freeChains = await keep(url, 'select * from chains for update')
  const first = store.decide(spend(world))
  await waitUntil(url, 'transactionid')
  const second = store.decide(spend(world))
  await freeChains()
  assert.equal((await first).chain_index, 2)
  await waitUntil(url, 'advisory')
  return {
    store,
    second,
    decide: () => store.decide(spend(world)),
    endTurns,
    async remove() {
      await store.close()
      await server.dropDatabase(url)
    },
  }
}

test('what is asked while a flush waits for its turn goes with it, in order and in one transaction', async () => {
  const sizes: number[] = []
  const observer = { onFlush: (size: number) => sizes.push(size), onCommit() {}, onSync() {} }
  const { store, second, decide, endTurns, remove } = await blockedTurn({ observer })
  const others = [decide(), decide()]
  assert.equal(store.waiting(), 3)
  await endTurns()
  const answers = await Promise.all([second, ...others])
  assert.deepEqual(
    answers.map(({ chain_index }) => chain_index),
    [3, 4, 5],
  )
  assert.deepEqual(sizes, [1, 1, 3])
  await remove()
})

test('a flush that never gets its turn is answered 503, records nothing, and stops nothing behind it', async () => {
  const { second, decide, endTurns, remove } = await blockedTurn({ lockTimeoutMs: 3_000 })
  await assert.rejects(second, { code: 'unavailable' })
  await endTurns()
  assert.equal((await decide()).chain_index, 3)
  await remove()
})
