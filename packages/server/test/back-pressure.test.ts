import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from './harness.ts'

test('more decisions than may wait are refused with 503 and when to come back, and what was answered is recorded', async (t) => {
  const server = await startServer(t, { MODEI_MAX_QUEUE: '4' })
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent',
    permissions: ['buy'],
  })
  const { passport_id } = issued.body
  // While a write holds the lock no decision is made, so the requests wait on any machine.
  const held = server.store.write(() => new Promise<void>((resolve) => setTimeout(resolve, 1500)))
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => server.request('POST', '/api/enforce', { passport_id, action: 'buy' })),
  )
  await held
  const decided = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 503)
  assert.equal(decided.length + refused.length, 100)
  assert.ok(decided.length > 0 && refused.length > 0, `${decided.length} decided, ${refused.length} refused`)
  for (const answer of refused) {
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.equal(answer.body.code, 'unavailable')
  }
  const log = await server.request('GET', '/api/gates/gate_shop/attestations?limit=1000')
  assert.equal(log.body.length, decided.length)
  // Nothing is left waiting, so the next one finds room.
  const later = await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  assert.equal(later.status, 200)
  assert.equal(server.store.waiting(), 0)
})

test('never more than the limit wait, however many come', async (t) => {
  const server = await startServer(t, { MODEI_MAX_QUEUE: '8' })
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent',
    permissions: ['buy'],
  })
  const { passport_id } = issued.body
  let most = 0
  let running = true
  const watch = async () => {
    while (running) {
      most = Math.max(most, server.store.waiting())
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const watching = watch()
  await Promise.all(
    Array.from({ length: 200 }, () => server.request('POST', '/api/enforce', { passport_id, action: 'buy' })),
  )
  running = false
  await watching
  assert.ok(most > 0 && most <= 8, `${most} waited`)
})
