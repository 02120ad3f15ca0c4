import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Harness, startServer } from './harness.ts'

async function passport(server: Harness): Promise<string> {
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent-1',
    permissions: ['buy'],
    constraints: { 'core:cost:max_cumulative': 1000 },
  })
  return issued.body.passport_id
}

const withKey = (key: string) => ({ headers: { 'idempotency-key': key } })

test('a retried request is decided and charged once, and its first answer is replayed', async (t) => {
  const server = await startServer(t)
  const body = { passport_id: await passport(server), action: 'buy', cost_cents: 100 }
  const first = await server.request('POST', '/api/enforce', body, withKey('pay-1'))
  const again = await server.request('POST', '/api/enforce', body, withKey('pay-1'))
  assert.equal(again.text, first.text)
  assert.equal(again.status, 200)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.equal(first.headers.get('idempotent-replayed'), null)
  const fresh = await server.request('POST', '/api/enforce', body, withKey('pay-2'))
  assert.equal(fresh.body.cumulative_cost, 200)
  assert.equal(fresh.body.sequence_number, 2)
})

test('the same key with another body is refused as a conflict, under the alias path too', async (t) => {
  const server = await startServer(t)
  const id = await passport(server)
  await server.request(
    'POST',
    '/api/enforce',
    { passport_id: id, action: 'buy', cost_cents: 100 },
    withKey('k'),
  )
  const other = await server.request(
    'POST',
    '/api/v1/enforce',
    { passport_id: id, action: 'buy', cost_cents: 101 },
    withKey('k'),
  )
  assert.equal(other.status, 422)
  assert.equal(other.body.code, 'idempotency_conflict')
})

test('fifty requests at once under one key are one decision: the others replay it or are told to wait', async (t) => {
  const server = await startServer(t)
  const body = { passport_id: await passport(server), action: 'buy', cost_cents: 100 }
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => server.request('POST', '/api/enforce', body, withKey('race'))),
  )
  const waiting = answers.filter(({ status }) => status === 409)
  for (const answer of waiting) {
    assert.equal(answer.body.code, 'idempotency_in_flight')
    assert.ok(Number(answer.headers.get('retry-after')) >= 1)
  }
  const decided = new Set(answers.filter(({ status }) => status === 200).map(({ text }) => text))
  assert.equal(decided.size, 1)
  const log = await server.request('GET', '/api/gates/gate_shop/attestations')
  assert.equal(log.body.length, 1)
})

test('a failed request leaves its key free for the corrected one', async (t) => {
  const server = await startServer(t)
  const bad = await server.request('POST', '/api/gates', { name: 'Shop' }, withKey('gate'))
  assert.equal(bad.status, 422)
  const good = await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'shop' }, withKey('gate'))
  assert.equal(good.status, 201)
  const again = await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'shop' }, withKey('gate'))
  assert.equal(again.status, 201)
  assert.equal(again.text, good.text)
})

test('secrets that are shown once are not stored and replay as null', async (t) => {
  const server = await startServer(t)
  const body = { name: 'ci', scopes: ['gates:read'] }
  const first = await server.request('POST', '/api/users/api-keys', body, withKey('key'))
  assert.match(first.body.key, /^mod_live_/)
  const again = await server.request('POST', '/api/users/api-keys', body, withKey('key'))
  assert.equal(again.body.key, null)
  assert.equal(again.body.id, first.body.id)
  const rows = await server.store.read.selectFrom('idempotency').select('body').execute()
  assert.equal(JSON.stringify(rows).includes(first.body.key), false)
})

test('another API key of the workspace has idempotency keys of its own', async (t) => {
  const server = await startServer(t)
  const body = { passport_id: await passport(server), action: 'buy', cost_cents: 100 }
  const key = await server.keyWith('enforce:write')
  await server.request('POST', '/api/enforce', body, withKey('same'))
  const other = await server.request('POST', '/api/enforce', body, { ...withKey('same'), key })
  assert.equal(other.headers.get('idempotent-replayed'), null)
  assert.equal(other.body.cumulative_cost, 200)
})

test('a key that is too long or holds control characters is refused', async (t) => {
  const server = await startServer(t)
  const long = await server.request(
    'POST',
    '/api/gates',
    { name: 'x', gate_id: 'x' },
    withKey('k'.repeat(256)),
  )
  assert.equal(long.status, 422)
  assert.deepEqual(long.body.errors, [
    { pointer: '/headers/idempotency-key', message: 'must be 1 to 255 printable characters' },
  ])
})

test('a repeat is known under every spelling of its path', async (t) => {
  const server = await startServer(t)
  await passport(server)
  const body = { agent_id: 'agent-2', permissions: ['buy'] }
  const first = await server.request('POST', '/api/gates/gate_shop/passports', body, withKey('issue-1'))
  assert.equal(first.status, 201)
  for (const path of [
    '/api/gates/gate%5Fshop/passports',
    '/api/gates/%67ate_shop/passports',
    '/api/v1/gates/gate%5fshop/passports',
  ]) {
    const again = await server.request('POST', path, body, withKey('issue-1'))
    assert.equal(again.body.passport_id, first.body.passport_id, path)
    assert.equal(again.headers.get('idempotent-replayed'), 'true', path)
  }
})

test('one key on the paths of two gates is two requests', async (t) => {
  const server = await startServer(t)
  await passport(server)
  await server.request('POST', '/api/gates', { name: 'Bar', gate_id: 'gate_bar' })
  const body = { agent_id: 'agent-2', permissions: ['buy'] }
  const shop = await server.request('POST', '/api/gates/gate_shop/passports', body, withKey('k'))
  const bar = await server.request('POST', '/api/gates/gate_bar/passports', body, withKey('k'))
  assert.equal(bar.headers.get('idempotent-replayed'), null)
  assert.notEqual(bar.body.passport_id, shop.body.passport_id)
})

test('a query beside an idempotency key is no failure of ours', async (t) => {
  const server = await startServer(t)
  const body = { passport_id: await passport(server), action: 'buy', cost_cents: 100 }
  const first = await server.request('POST', '/api/enforce?x=1', body, withKey('q'))
  assert.equal(first.status, 200, first.text)
  assert.equal((await server.request('POST', '/api/enforce?x=1', body, withKey('q'))).text, first.text)
})
