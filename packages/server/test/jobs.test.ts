import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { type Job, startJob } from '../src/jobs/start-job.ts'
import { startServer } from './harness.ts'

const logger = pino({ level: 'silent' })
const named = (run: Job['run']): Job => ({ name: 'a job', everyMs: 1, leaseMs: 3_600_000, run })

test('a job that several servers have runs in one of them at a time', async (t) => {
  const { store } = await startServer(t)
  const enough = Promise.withResolvers<void>()
  let runs = 0
  let atWork = 0
  let most = 0
  const job = named(async () => {
    atWork += 1
    most = Math.max(most, atWork)
    await store.now()
    await new Promise(setImmediate)
    atWork -= 1
    runs += 1
    if (runs === 10) enough.resolve()
  })
  const stops = [1, 2, 3].map(() => startJob(store, logger, job))
  await enough.promise
  await Promise.all(stops.map((stop) => stop()))
  assert.equal(most, 1)
})

test('a job that fails is tried again', async (t) => {
  const { store } = await startServer(t)
  const again = Promise.withResolvers<void>()
  let runs = 0
  const stop = startJob(
    store,
    logger,
    named(async () => {
      runs += 1
      if (runs === 3) again.resolve()
      throw new Error('the work failed')
    }),
  )
  await again.promise
  await stop()
})

test('stopping tells the run under way, waits for it, and leaves its lease to others', async (t) => {
  const { store } = await startServer(t)
  const began = Promise.withResolvers<void>()
  let ended = false
  const stop = startJob(
    store,
    logger,
    named(async (signal) => {
      began.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await store.now()
      ended = true
      signal.throwIfAborted()
    }),
  )
  await began.promise
  await stop()
  assert.equal(ended, true)
  const rows = await store.read.selectFrom('leases').select(['expires_at', 'ran_at']).execute()
  assert.deepEqual(
    rows.map(({ expires_at, ran_at }) => [expires_at, ran_at]),
    [[0, null]],
  )
})
