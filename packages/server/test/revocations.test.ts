import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateKeySet, verifyRevocationList } from '@modei/protocol'
import { type Harness, masked, startServer } from './harness.ts'

const PATH = '/api/gates/gate_shop/revocations'

async function makeGate(server: Harness, gate_id = 'gate_shop'): Promise<void> {
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id })
}

async function issue(server: Harness, expires_in = '1h', gate = 'gate_shop'): Promise<string> {
  const grant = { agent_id: 'a', permissions: ['buy'], expires_in }
  return (await server.request('POST', `/api/gates/${gate}/passports`, grant)).body.passport_id
}

const list = (server: Harness, headers: Record<string, string> = {}) =>
  server.request('GET', PATH, undefined, { key: null, headers })

const ids = (body: { entries: { passport_id: string }[] }) => body.entries.map((entry) => entry.passport_id)

async function verified(server: Harness, body: unknown, now: number) {
  const document = (await server.request('GET', '/api/gates/gate_shop/public', undefined, { key: null })).body
  return verifyRevocationList(body, {
    gateId: 'gate_shop',
    keys: gateKeySet(document),
    now,
    maxAgeMs: 5 * 60_000,
  })
}

test('the list names the gate’s own revoked passports until they expire, and is signed by its present key', async (t) => {
  const server = await startServer(t)
  server.clock.at = Date.parse('2026-05-01T10:00:30Z')
  await makeGate(server)
  await makeGate(server, 'gate_other')
  const [kept, revoked, brief, elsewhere] = [
    await issue(server),
    await issue(server),
    await issue(server, '10m'),
    await issue(server, '1h', 'gate_other'),
  ]
  const issuer_id = (await server.request('POST', '/api/issuers', { name: 'n' })).body.issuer_id
  const platform = (
    await server.request('POST', '/api/passports', { issuer_id, agent_id: 'a', permissions: ['buy'] })
  ).body.passport_id
  for (const id of [revoked, brief, elsewhere, platform])
    await server.request('DELETE', `/api/passports/${id}`)

  const first = await list(server)
  assert.equal(first.status, 200, first.text)
  assert.deepEqual(ids(first.body).sort(), [revoked, brief].sort())
  assert.ok(!ids(first.body).includes(kept))
  assert.equal(first.body.gate_id, 'gate_shop')
  const checked = await verified(server, first.body, server.clock.at)
  assert.ok(checked.ok, JSON.stringify(checked))
  assert.ok(checked.revokedIds.has(revoked))

  server.clock.at += 11 * 60_000
  assert.deepEqual(ids((await list(server)).body), [revoked])

  const { signing_key_id } = (await server.request('POST', '/api/gates/gate_shop/keys/rotate')).body
  const signedAnew = await list(server)
  assert.equal(signedAnew.body.signing_key_id, signing_key_id)
  assert.ok((await verified(server, signedAnew.body, server.clock.at)).ok)
  assert.equal((await verified(server, first.body, server.clock.at)).ok, false, 'an old list is stale')
})

test('an unchanged list is not sent twice, and a revocation is never hidden behind an old one', async (t) => {
  const server = await startServer(t)
  server.clock.at = Date.parse('2026-05-01T10:00:00Z')
  await makeGate(server)
  const [one, two] = [await issue(server), await issue(server)]
  await server.request('DELETE', `/api/passports/${one}`)
  const first = await list(server)
  const etag = first.headers.get('etag') ?? ''
  assert.match(etag, /^"[^"]+"$/)
  for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const same = await list(server, { 'if-none-match': header })
    assert.equal(same.status, 304, header)
    assert.equal(same.text, '')
    assert.equal(same.headers.get('etag'), etag)
  }
  assert.equal((await list(server, { 'if-none-match': '"x"' })).status, 200)

  server.clock.at += 10_000
  assert.equal((await list(server, { 'if-none-match': etag })).status, 304)
  await server.request('DELETE', `/api/passports/${two}`)
  const changed = await list(server, { 'if-none-match': etag })
  assert.equal(changed.status, 200)
  assert.deepEqual(ids(changed.body), [one, two])
  for (const { revoked_at } of changed.body.entries) assert.ok(revoked_at <= changed.body.issued_at)
  assert.notEqual(changed.headers.get('etag'), etag)
  assert.ok((await verified(server, changed.body, server.clock.at)).ok)

  // Its date grows old, so that after a minute the same list is dated anew.
  server.clock.at += 60_000
  assert.equal((await list(server, { 'if-none-match': changed.headers.get('etag') ?? '' })).status, 200)
})

test('a gate that was archived or never was has no list, and a bad API key is refused even here', async (t) => {
  const server = await startServer(t)
  await makeGate(server)
  const bad = await server.request('GET', PATH, undefined, { key: 'mod_live_not-a-key-that-exists-anywhere' })
  assert.equal(bad.status, 401)
  assert.equal((await server.request('GET', PATH, undefined, { key: server.keys.other })).status, 200)
  await server.request('DELETE', '/api/gates/gate_shop')
  const archived = await list(server)
  const unknown = await server.request('GET', '/api/gates/gate_none/revocations', undefined, { key: null })
  assert.equal(archived.status, 404)
  assert.equal(masked(archived, 'gate_shop'), masked(unknown, 'gate_none'))
})
