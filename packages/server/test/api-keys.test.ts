import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMistypedApiKey } from '../src/api-key.ts'
import { masked, startServer } from './harness.ts'

test('a key is shown once, stored hashed, and listed by its prefix alone', async (t) => {
  const server = await startServer(t)
  const made = await server.request('POST', '/api/users/api-keys', { name: 'ci', scopes: ['gates:read'] })
  assert.equal(made.status, 201)
  assert.match(made.body.key, /^mod_live_[0-9A-Za-z]{49}$/)
  const list = await server.request('GET', '/api/users/api-keys')
  assert.equal(list.text.includes(made.body.key), false)
  assert.equal(list.body[0].prefix, made.body.key.slice(0, list.body[0].prefix.length))
  const rows = await server.store.read.selectFrom('api_keys').selectAll().execute()
  assert.equal(JSON.stringify(rows).includes(made.body.key), false)
})

test('a revoked key is refused on its very next request, and revoking again answers the same', async (t) => {
  const server = await startServer(t)
  const made = await server.request('POST', '/api/users/api-keys', { name: 'ci' })
  const key = made.body.key
  assert.equal((await server.request('GET', '/api/gates', undefined, { key })).status, 200)
  const path = `/api/users/api-keys/${made.body.id}`
  assert.deepEqual((await server.request('DELETE', path)).body, { revoked: true })
  assert.equal((await server.request('GET', '/api/gates', undefined, { key })).status, 401)
  assert.deepEqual((await server.request('DELETE', path)).body, { revoked: true })
})

test('every way in which a key is no good answers alike', async (t) => {
  const server = await startServer(t)
  server.clock.at = Date.UTC(2027, 0, 1)
  const made = await server.request('POST', '/api/users/api-keys', { name: 'short', expires_in: '1h' })
  const revoked = await server.request('POST', '/api/users/api-keys', { name: 'gone' })
  await server.request('DELETE', `/api/users/api-keys/${revoked.body.id}`)
  server.clock.at += 3_600_000
  const typo = `${made.body.key.slice(0, -1)}${made.body.key.endsWith('0') ? '1' : '0'}`
  assert.equal(isMistypedApiKey(typo), true)
  const answers = await Promise.all(
    [null, made.body.key, revoked.body.key, typo, `mod_live_${'a'.repeat(40)}`, 'x'.repeat(10)].map((key) =>
      server.request('GET', '/api/gates', undefined, { key }),
    ),
  )
  for (const answer of answers) {
    assert.equal(answer.status, 401)
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
  }
  assert.equal(new Set(answers.map((answer) => masked(answer))).size, 1)
})

test('a key can do what its scopes say and nothing else, and is told which scope it lacks', async (t) => {
  const server = await startServer(t)
  const key = await server.keyWith('gates:read')
  assert.equal((await server.request('GET', '/api/gates', undefined, { key })).status, 200)
  const refused = await server.request('POST', '/api/gates', { name: 'x', gate_id: 'x' }, { key })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.required_scope, 'gates:write')
  const narrow = await server.keyWith('gates:create')
  assert.equal(
    (await server.request('POST', '/api/gates', { name: 'x', gate_id: 'x' }, { key: narrow })).status,
    201,
  )
  assert.equal((await server.request('DELETE', '/api/gates/gate_x', undefined, { key: narrow })).status, 403)
})

test('nobody makes a key that can do more than their own', async (t) => {
  const server = await startServer(t)
  const key = await server.keyWith('api_keys:write', 'gates:read')
  const more = await server.request(
    'POST',
    '/api/users/api-keys',
    { name: 'x', scopes: ['gates:write'] },
    { key },
  )
  assert.equal(more.status, 403)
  const all = await server.request('POST', '/api/users/api-keys', { name: 'x', scopes: ['admin:*'] }, { key })
  assert.equal(all.status, 403)
  const same = await server.request('POST', '/api/users/api-keys', { name: 'x' }, { key })
  assert.deepEqual(same.body.scopes.sort(), ['api_keys:write', 'gates:read'])
})

test('the version pinned on a key decides the words, and the header overrules it', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const passport_id = (
    await server.request('POST', '/api/gates/gate_shop/passports', { agent_id: 'a', permissions: ['buy'] })
  ).body.passport_id
  const made = await server.request('POST', '/api/users/api-keys', { name: 'new', api_version: '2026-05-14' })
  const key = made.body.key
  const enforce = (options: { key?: string; headers?: Record<string, string> }, action = 'buy') =>
    server.request('POST', '/api/enforce', { passport_id, action }, options)
  assert.equal((await enforce({})).body.decision, 'PERMIT')
  assert.equal((await enforce({ key })).body.decision, 'allow')
  assert.equal((await enforce({ key }, 'sell')).body.decision, 'block')
  assert.equal((await enforce({ key, headers: { 'modei-version': '2026-04-22' } })).body.decision, 'PERMIT')
  assert.equal((await enforce({ headers: { 'modei-version': 'tomorrow' } })).status, 422)
  const signed = await server.request('GET', '/api/gates/gate_shop/attestations')
  for (const row of signed.body) assert.match(JSON.parse(row.attestation_json).decision, /^(?:allow|block)$/)
})
