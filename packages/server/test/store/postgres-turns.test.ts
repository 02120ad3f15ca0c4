import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answer, box, makeWorld, spend, type World } from '../../src/store/conformance-fixture.ts'
import { LANE_LOCKS } from '../../src/store/postgres/decision-engine.ts'
import { openPostgresStore, type PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts'
import { Signer } from '../../src/store/signer.ts'
import type { DecisionJob, Store } from '../../src/store/store.ts'
import { keep, waitUntil } from './kept-rows.ts'
import { startPostgres } from './postgres-server.ts'

const server = await startPostgres()
after(() => server.stop())

const openStore = (url: string, options: Partial<PostgresStoreOptions> = {}) =>
  openPostgresStore(url, { signer: new Signer(box), ...options })

/** The flush of a job that finds its lane busy: one before it is kept by its chain's lock until this one waits behind it. */
async function decideBehind(url: string, store: Store, first: World, job: DecisionJob<Answer>) {
  const freeChain = await keep(url, `select * from chains where chain_id = '${first.chain_id}' for update`)
  const before = store.decide(spend(first))
  await waitUntil(url, 'transactionid')
  const behind = store.decide(job)
  behind.catch(() => undefined)
  await freeChain()
  await before
  return behind
}

/** A store whose next flush waits for its turn, because somebody else has those of all lanes. */
async function blockedTurn(options: Partial<PostgresStoreOptions> = {}) {
  const url = await server.createDatabase()
  const store = await openStore(url, options)
  const world = await makeWorld(store)
  await store.decide(spend(world))
  const lanes = [0, 1].map((lane) => `select pg_advisory_xact_lock(${LANE_LOCKS}, ${lane})`)
  const endTurns = await keep(url, ...lanes)
  const second = decideBehind(url, store, world, spend(world))
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
  const { store, second, decide, endTurns, remove } = await blockedTurn({
    observer,
    turnTimeoutMs: 60_000,
    lockTimeoutMs: 60_000,
  })
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

test('a flush whose turn does not come goes on without it', async () => {
  const { second, decide, endTurns, remove } = await blockedTurn({ turnTimeoutMs: 1_000 })
  assert.equal((await second).chain_index, 3)
  assert.equal((await decide()).chain_index, 4)
  await endTurns()
  await remove()
})

test('a flush that waits for a row lets those of other processes go on, and is recorded when it gets the row', async () => {
  const url = await server.createDatabase()
  const options = { lanes: 1, lockTimeoutMs: 60_000 }
  const [one, two] = [await openStore(url, options), await openStore(url, options)]
  const [hot, cold] = [await makeWorld(one), await makeWorld(one)]
  for (const world of [hot, cold]) await one.decide(spend(world))
  const freeRow = await keep(
    url,
    `select * from counters where counter_key = '${hot.passport_id}' for update`,
  )
  const kept = decideBehind(url, one, cold, spend(hot))
  await waitUntil(url, 'transactionid')
  let isAnswered = false
  kept.then(() => (isAnswered = true)).catch(() => undefined)
  for (let round = 0; round < 2; round += 1) await decideBehind(url, two, cold, spend(cold))
  assert.equal(isAnswered, false)
  await freeRow()
  assert.equal((await kept).chain_index, 2)
  for (const store of [one, two]) await store.close()
  await server.dropDatabase(url)
})
