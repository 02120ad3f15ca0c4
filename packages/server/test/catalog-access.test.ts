import assert from 'node:assert/strict'
import { test } from 'node:test'
import { masked, startServer } from './harness.ts'
import { openGate, publish, publishDraft, saveDraft } from './shop.ts'

const CATALOG = '/api/gates/gate_shop/catalog'

test('an archived gate publishes nothing more, and what it published stays readable', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['a'])
  await saveDraft(server, ['b'])
  await server.request('DELETE', '/api/gates/gate_shop')
  for (const refused of [await saveDraft(server, ['c']), await publishDraft(server)]) {
    assert.equal(refused.status, 409)
    assert.equal(refused.body.code, 'conflict')
  }
  for (const path of ['', '/versions', '/1', '/impact']) {
    assert.equal((await server.request('GET', CATALOG + path)).status, 200, path)
  }
})

test('another workspace’s catalog answers like one of a gate that does not exist', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['a'])
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ['GET', ''],
    ['POST', '', { permissions: [{ key: 'b' }] }],
    ['POST', '/publish', {}],
    ['GET', '/impact'],
    ['POST', '/impact', {}],
  ]
  for (const [method, path, body] of calls) {
    const call = (gate: string) =>
      server.request(method, `/api/gates/${gate}/catalog${path}`, body, { key: server.keys.other })
    const foreign = await call('gate_shop')
    assert.equal(foreign.status, 404, `${method} ${path}`)
    assert.equal(
      masked(foreign, 'gate_shop'),
      masked(await call('gate_none'), 'gate_none'),
      `${method} ${path}`,
    )
  }
  assert.equal((await server.request('GET', CATALOG)).body.permissions[0].permission_key, 'a')
})

test('each call needs its own scope, and the public ones need none', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['a'])
  const reader = await server.keyWith('catalogs:read')
  const writer = await server.keyWith('catalogs:write')
  const stranger = await server.keyWith('gates:write', 'passports:write')
  const calls: readonly (readonly [string, string, unknown, string])[] = [
    ['GET', '', undefined, 'catalogs:read'],
    ['GET', '/impact', undefined, 'catalogs:read'],
    ['POST', '/impact', undefined, 'catalogs:read'],
    ['POST', '', { permissions: [] }, 'catalogs:write'],
    ['POST', '/publish', {}, 'catalogs:write'],
  ]
  for (const [method, path, body, scope] of calls) {
    const right = scope === 'catalogs:read' ? reader : writer
    const wrong = scope === 'catalogs:read' ? stranger : reader
    const refused = await server.request(method, CATALOG + path, body, { key: wrong })
    assert.equal(refused.status, 403, `${method} ${path}`)
    assert.equal(refused.body.required_scope, scope)
    assert.notEqual((await server.request(method, CATALOG + path, body, { key: right })).status, 403)
    assert.equal((await server.request(method, CATALOG + path, body, { key: null })).status, 401)
  }
  for (const path of ['/versions', '/1']) {
    assert.equal((await server.request('GET', CATALOG + path, undefined, { key: null })).status, 200)
    const invalid = await server.request('GET', CATALOG + path, undefined, {
      key: `mod_live_${'x'.repeat(40)}`,
    })
    assert.equal(invalid.status, 401)
  }
})

test('bad bodies of a publish are refused, and an absent one is empty', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await saveDraft(server, ['a'])
  const bad = [
    { effective_at: '2026-02-30T00:00:00Z' },
    { effective_at: '2026-05-01' },
    { effective_at: '2026-05-01T00:00:00' },
    { effective_at: 1777593600 },
    { change_summary: 5 },
    { change_summary: 'x'.repeat(2001) },
    { version: 2 },
    [],
    'now',
  ]
  for (const body of bad)
    assert.equal((await publishDraft(server, body as object)).status, 422, JSON.stringify(body))
  const absent = await server.request('POST', `${CATALOG}/publish`)
  assert.equal(absent.status, 201)
  assert.equal(absent.body.change_summary, null)
})

test('a repeated publish or save under one idempotency key happens once', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await saveDraft(server, ['a'])
  const headers = { 'idempotency-key': 'publish-1' }
  const once = await server.request('POST', `${CATALOG}/publish`, {}, { headers })
  await saveDraft(server, ['a', 'b'])
  const again = await server.request('POST', `${CATALOG}/publish`, {}, { headers })
  assert.equal(again.status, 201)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.deepEqual(again.body, once.body)
  const other = await server.request('POST', `${CATALOG}/publish`, { change_summary: 'x' }, { headers })
  assert.equal(other.body.code, 'idempotency_conflict')
  assert.equal((await server.request('GET', `${CATALOG}/versions`)).body.length, 1)
  const save = (key: string) =>
    server.request('POST', CATALOG, { permissions: [{ key }] }, { headers: { 'idempotency-key': 'save-1' } })
  await save('c')
  await saveDraft(server, ['d'])
  assert.equal((await save('c')).headers.get('idempotent-replayed'), 'true')
  assert.equal((await server.request('GET', CATALOG)).body.permissions[0].permission_key, 'd')
})
