import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModeiProblem } from '@modei/protocol'
import { sql } from 'kysely'
import { type DatabaseUnderTest, endings, makeWorld, openStore, spend, times } from './conformance-fixture.ts'
import { logOf } from './conformance-log.ts'
import type { Store } from './store.ts'

export function describeQueue(create: () => Promise<DatabaseUnderTest>): void {
  describe('the queue', () => {
    test('decisions beyond what may wait are refused with 503 and when to come back; none of them is recorded', async () => {
      const database = await create()
      const store = await openStore(database, { maxQueue: 10 })
      const world = await makeWorld(store)
      const { values, errors } = await endings(times(60, () => store.decide(spend(world))))
      assert.ok(values.length >= 10 && errors.length > 0)
      for (const error of errors) {
        assert.ok(error instanceof ModeiProblem)
        assert.equal(error.code, 'unavailable')
        assert.ok((error.retryAfter ?? 0) > 0)
      }
      assert.equal((await logOf(store, world.chain_id)).length, values.length)
      await store.close()
      await database.remove()
    })

    test('closing records and answers what was asked before, and refuses what comes after', async () => {
      const database = await create()
      const store = await openStore(database, { maxBatch: 16 })
      const world = await makeWorld(store)
      const asked = endings(times(100, () => store.decide(spend(world))))
      const closed = store.close()
      await assert.rejects(store.decide(spend(world)), { code: 'unavailable' })
      const { values, errors } = await asked
      await closed
      await store.close()
      assert.deepEqual(errors, [])
      const again: Store = await openStore(database)
      const log = await logOf(again, world.chain_id)
      assert.deepEqual(
        log.map(({ id }) => id),
        values.map(({ id }) => id),
      )
      await again.close()
      await database.remove()
    })

    test('a scan that takes long keeps neither decisions nor reads and writes waiting, and sees what was answered', async () => {
      const database = await create()
      const store = await openStore(database)
      const world = await makeWorld(store)
      const first = await store.decide(spend(world))
      let isOver = false
      const counted = sql<{ n: number }>`
        with recursive numbers (x) as (select 1 union all select x + 1 from numbers where x < 3000000)
        select count(*) as n from numbers`
        .execute(store.scan)
        .finally(() => {
          isOver = true
        })
      await Promise.all(times(10, () => store.decide(spend(world))))
      await store.read.selectFrom('chains').selectAll().execute()
      await makeWorld(store)
      assert.equal(isOver, false)
      assert.equal(Number((await counted).rows[0]?.n), 3_000_000)
      const seen = await store.scan.selectFrom('attestations').selectAll().orderBy('chain_index').execute()
      assert.equal(seen.length, 11)
      assert.deepEqual({ ...seen[0] }, { ...(await logOf(store, world.chain_id))[0] })
      assert.equal(seen[0]?.id, first.id)
      await assert.rejects(store.scan.deleteFrom('attestations').execute())
      assert.equal((await logOf(store, world.chain_id)).length, 11)
      await store.close()
      await database.remove()
    })

    test('a batch of the largest size is recorded in order', async () => {
      const database = await create()
      const store = await openStore(database)
      const world = await makeWorld(store)
      const answers = await Promise.all(times(1500, () => store.decide(spend(world, { cost_cents: 1 }))))
      assert.deepEqual(
        answers.map(({ chain_index }) => chain_index),
        times(1500, (i) => i + 1),
      )
      await store.close()
      await database.remove()
    })
  })
}
