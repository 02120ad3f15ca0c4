import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type DatabaseUnderTest, endings, times } from './conformance-fixture.ts'
import { group } from './conformance-group.ts'
import type { Store } from './store.ts'
import { type Lease, withLease } from './with-lease.ts'

const HOUR_MS = 3_600_000
const nothing = async () => undefined

/** A run that lasts until it is told to end. */
interface LongRun {
  end(): void
  /** Resolves when it ended and gave its lease back. */
  ended: Promise<boolean>
}

async function tryRun(store: Store, lease: Lease): Promise<LongRun | undefined> {
  const began = Promise.withResolvers<true>()
  const end = Promise.withResolvers<void>()
  const ended = withLease(store, lease, () => {
    began.resolve(true)
    return end.promise
  })
  return (await Promise.race([began.promise, ended])) ? { end: end.resolve, ended } : undefined
}

async function startRun(store: Store, lease: Lease): Promise<LongRun> {
  return (await tryRun(store, lease)) ?? assert.fail('the run did not begin')
}

/** Asks until the lease of another has expired: by the store's clock, so nobody can say when. */
async function takeOver(store: Store, lease: Lease): Promise<LongRun> {
  for (;;) {
    const run = await tryRun(store, lease)
    if (run !== undefined) return run
  }
}

/** This process's clock alone: a store reads its own. */
function setProcessClock(t: TestContext, time: number): void {
  // One mock of another would stay when the test is over.
  t.mock.restoreAll()
  t.mock.method(Date, 'now', () => time)
}

export function describeLeases(create: () => Promise<DatabaseUnderTest>): void {
  group('leases', create, (opened) => {
    const lease = (name: string, ttlMs = HOUR_MS, everyMs = 0): Lease => ({ name, ttlMs, everyMs })

    test('of many who ask at once, in every process, one works and the others skip', async () => {
      const { store, other } = opened()
      const end = Promise.withResolvers<void>()
      let atWork = 0
      let answered = 0
      const answer = () => {
        answered += 1
        if (answered === 12) end.resolve()
      }
      const ask = async (asked: Store) => {
        const ran = await withLease(asked, lease('asked at once'), () => {
          atWork += 1
          answer()
          return end.promise
        })
        if (!ran) answer()
        return ran
      }
      const ran = await Promise.all(times(12, (i) => ask(i % 2 === 0 ? store : other)))
      assert.equal(atWork, 1)
      assert.equal(ran.filter(Boolean).length, 1)
    })

    test('a lease that was given back is free at once, and one job does not wait for another', async () => {
      const { store, other } = opened()
      const run = await startRun(store, lease('one job'))
      assert.equal(await withLease(other, lease('another job'), nothing), true)
      assert.equal(await withLease(other, lease('one job'), nothing), false)
      run.end()
      assert.equal(await run.ended, true)
      assert.equal(await withLease(other, lease('one job'), nothing), true)
    })

    test('a lease that expired is taken over, and its late holder does not give back what another holds', async () => {
      const { store, other } = opened()
      const late = await startRun(store, lease('late', 1))
      const next = await takeOver(other, lease('late'))
      late.end()
      assert.equal(await late.ended, true)
      assert.equal(await withLease(store, lease('late'), nothing), false)
      const held = await store.read
        .selectFrom('leases')
        .select('ran_at')
        .where('name', '=', 'late')
        .executeTakeFirst()
      assert.equal(held?.ran_at, null)
      next.end()
      await next.ended
      assert.equal(await withLease(store, lease('late'), nothing), true)
    })

    test('the clock of a process neither ends a lease nor keeps it', async (t) => {
      const { store, other } = opened()
      const held = await startRun(store, lease('clocks'))
      setProcessClock(t, Date.UTC(2100, 0))
      assert.equal(await withLease(other, lease('clocks'), nothing), false)
      held.end()
      await held.ended
      const expired = await startRun(store, lease('clocks', 1))
      setProcessClock(t, 0)
      const next = await takeOver(other, lease('clocks'))
      next.end()
      expired.end()
      await Promise.all([next.ended, expired.ended])
    })

    test('a run that ended well counts for every process until its interval is over, from its beginning', async () => {
      const { store, other } = opened()
      const run = await startRun(store, lease('hourly', HOUR_MS, HOUR_MS))
      const began = await store.now()
      run.end()
      await run.ended
      for (const each of [store, other])
        assert.equal(await withLease(each, lease('hourly', HOUR_MS, HOUR_MS), nothing), false)
      const noted = await store.read
        .selectFrom('leases')
        .select('ran_at')
        .where('name', '=', 'hourly')
        .executeTakeFirstOrThrow()
      assert.ok(noted.ran_at !== null && noted.ran_at <= began)
      await setRanAt(store, noted.ran_at - HOUR_MS)
      assert.equal(await withLease(other, lease('hourly', HOUR_MS, HOUR_MS), nothing), true)
    })

    test('a run that was noted before the clock was set back does not stop the job until then', async () => {
      const { store } = opened()
      await withLease(store, lease('hourly'), nothing)
      await setRanAt(store, (await store.now()) + 1000 * HOUR_MS)
      assert.equal(await withLease(store, lease('hourly', HOUR_MS, HOUR_MS), nothing), true)
    })

    test('a run that fails passes its error on, gives its lease back and counts for nothing', async () => {
      const { store, other } = opened()
      const failing = lease('failing', HOUR_MS, HOUR_MS)
      const { errors } = await endings([
        withLease(store, failing, () => Promise.reject(new Error('the work failed'))),
      ])
      assert.deepEqual(errors.map(String), ['Error: the work failed'])
      assert.equal(await withLease(other, failing, nothing), true)
    })
  })
}

async function setRanAt(store: Store, ranAt: number): Promise<void> {
  await store.write((tx) =>
    tx.updateTable('leases').set({ ran_at: ranAt }).where('name', '=', 'hourly').execute(),
  )
}
