import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatalogCache } from '../src/services/catalog-cache.ts'
import { assertion, delegate, heldFromAnswer, inline } from './agents.ts'
import { startServer } from './harness.ts'
import { checkAt, enforceWith, issue, openGate, PRICE, publish } from './shop.ts'

const at = (permission_key: string, cents: number, more: object = {}) => ({
  permission_key,
  constraints: { [PRICE]: cents, ...more },
})

test('a passport is pinned to the catalog in effect, in its envelope and beside it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const before = await issue(server, ['anything'])
  assert.equal(before.catalog_version, null)
  assert.equal(JSON.parse(before.passport_json).provenance.catalog_version, null)
  const { content_hash } = await publish(server, ['flights:book', 'read'])
  for (const permissions of [['read'], ['flights:*'], ['*'], ['flights:book', 'read', 'read']]) {
    const passport = await issue(server, permissions)
    const { provenance } = JSON.parse(passport.passport_json)
    assert.deepEqual([passport.catalog_version, passport.catalog_content_hash], [1, content_hash])
    assert.deepEqual([provenance.catalog_version, provenance.catalog_content_hash], [1, content_hash])
    const read = `/api/gates/gate_shop/passports/${passport.passport_id}`
    assert.equal((await server.request('GET', read)).body.catalog_version, 1)
  }
})

test('permissions that the catalog lacks are refused by name, all of them, and nothing is issued', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['flights:book', 'read'])
  const refused = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['read', 'flights:cancel', 'hotels:*', 'read', 'flights'],
  })
  assert.equal(refused.status, 422)
  assert.match(refused.body.detail, /`flights:cancel`/)
  assert.deepEqual(
    refused.body.errors.map(({ pointer, message }: Record<string, string>) => [
      pointer,
      message?.split('`')[1],
    ]),
    [
      ['/body/permissions/1', 'flights:cancel'],
      ['/body/permissions/2', 'hotels:*'],
      ['/body/permissions/4', 'flights'],
    ],
  )
  assert.deepEqual((await server.request('GET', '/api/gates/gate_shop/passports?status=all')).body, [])
})

test('a later publish changes nothing for a passport that is pinned to an earlier version', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25), 'read'])
  const pinned = await issue(server, ['buy', 'read'], { constraints: { 'core:cost:max_cumulative': 100 } })
  await publish(server, [
    at('buy', 80, { 'core:rate:max_total': 0 }),
    { permission_key: 'sell', min_trust_level: 3 },
  ])
  const bought = await enforceWith(server, pinned.passport_id, 'buy')
  assert.equal(bought.body.decision, 'PERMIT')
  assert.equal(bought.body.cumulative_cost, 25)
  assert.equal((await enforceWith(server, pinned.passport_id, 'read')).body.decision, 'PERMIT')
  assert.equal((await checkAt(server, pinned.passport_id, 'read')).body.allowed, true)
  const fresh = await issue(server, ['buy'], { constraints: { 'core:cost:max_cumulative': 100 } })
  const blocked = await enforceWith(server, fresh.passport_id, 'buy')
  assert.equal(blocked.body.decision, 'BLOCK')
  assert.equal(blocked.body.blocked_by, 'core:rate:max_total')
})

test('an action that the pinned catalog lacks is refused though a pattern grants it, and so in check and enforce', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['flights:book'])
  const { passport_id } = await issue(server, ['flights:*'])
  await publish(server, ['flights:book', 'flights:cancel'])
  const checked = await checkAt(server, passport_id, 'flights:cancel')
  assert.equal(checked.body.allowed, false)
  assert.equal(checked.body.reason_code, 'permission_not_in_catalog')
  const enforced = await enforceWith(server, passport_id, 'flights:cancel')
  assert.equal(enforced.body.decision, 'BLOCK')
  assert.equal(enforced.body.reason, 'permission_not_in_catalog')
  const attestation = JSON.parse(checked.body.attestation.attestation_json)
  assert.equal(attestation.catalog.version, 1)
  assert.match(attestation.catalog.content_hash, /^[0-9a-f]{64}$/)
})

test('what was issued before the first catalog is judged by the one in effect', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy', 'read'])
  const bought = async () => (await enforceWith(server, passport_id, 'buy')).body
  assert.equal((await bought()).cumulative_cost, 0)
  await publish(server, [at('buy', 25)])
  assert.equal((await bought()).cumulative_cost, 25)
  assert.equal((await checkAt(server, passport_id, 'read')).body.reason_code, 'permission_not_in_catalog')
  await publish(server, [at('buy', 40), 'read'])
  assert.equal((await bought()).cumulative_cost, 65)
  assert.equal((await checkAt(server, passport_id, 'read')).body.allowed, true)
})

test('a version of the future is used from its time on, and not before', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  server.clock.at = Date.UTC(2026, 4, 1)
  const { passport_id } = await issue(server, ['buy', 'sell'], { expires_in: '30d' })
  const version = async () =>
    (await server.request('GET', '/api/gates/gate_shop')).body.current_catalog_version
  const first = await publish(server, ['buy'], { effective_at: '2026-05-02T02:00:00+02:00' })
  assert.equal(first.effective_at, '2026-05-02T00:00:00.000Z')
  assert.equal(await version(), 0)
  assert.equal((await checkAt(server, passport_id, 'sell')).body.allowed, true)
  assert.equal((await issue(server, ['sell'])).catalog_version, null)
  const second = await publish(server, ['buy', 'sell'], { effective_at: '2026-05-03T00:00:00Z' })
  assert.deepEqual(
    second.changes.map(({ type }: { type: string }) => type),
    ['permission_added'],
  )
  server.clock.at = Date.UTC(2026, 4, 2) - 1
  assert.equal((await checkAt(server, passport_id, 'sell')).body.allowed, true)
  server.clock.at = Date.UTC(2026, 4, 2)
  assert.equal(await version(), 1)
  assert.equal((await server.request('GET', '/api/gates/gate_shop/public')).body.current_catalog_version, 1)
  assert.equal((await server.request('GET', '/api/gates')).body[0].current_catalog_version, 1)
  assert.equal((await checkAt(server, passport_id, 'sell')).body.reason_code, 'permission_not_in_catalog')
  assert.equal((await enforceWith(server, passport_id, 'sell')).body.reason, 'permission_not_in_catalog')
  const pinned = await issue(server, ['buy'], { expires_in: '30d' })
  assert.equal(pinned.catalog_version, 1)
  server.clock.at = Date.UTC(2026, 4, 3)
  assert.equal((await checkAt(server, passport_id, 'sell')).body.allowed, true)
  assert.equal((await enforceWith(server, passport_id, 'sell')).body.decision, 'PERMIT')
  assert.equal((await issue(server, ['sell'])).catalog_version, 2)
})

test('the past means now, and a later publish replaces one that is still to come', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  server.clock.at = Date.UTC(2026, 4, 1)
  const past = await publish(server, ['a'], { effective_at: '2020-01-01T00:00:00Z' })
  assert.equal(past.effective_at, '2026-05-01T00:00:00.000Z')
  await publish(server, ['b'], { effective_at: '2026-06-01T00:00:00Z' })
  await publish(server, ['c'])
  const pinned = async () => {
    const passport = await issue(server, ['*'])
    return passport.catalog_version
  }
  assert.equal(await pinned(), 3)
  server.clock.at = Date.UTC(2026, 6, 1)
  assert.equal(await pinned(), 3)
})

test('a clock that goes back a little leaves the catalog in effect that was', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  server.clock.at = Date.UTC(2026, 4, 1)
  const [first, other] = [await issue(server, ['buy', 'sell']), await issue(server, ['buy', 'sell'])]
  await publish(server, ['buy'])
  const check = async (id: string) => (await checkAt(server, id, 'sell')).body.reason_code
  assert.equal(await check(first.passport_id), 'permission_not_in_catalog')
  server.clock.at -= 5000
  assert.equal(await check(other.passport_id), 'permission_not_in_catalog')
})

test('a delegated passport keeps the pin of its root', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25)])
  const root = heldFromAnswer(await issue(server, ['buy'], { delegation_authority: true }))
  await publish(server, [at('buy', 80)])
  const child = delegate(root)
  const enforced = await server.request('POST', '/api/enforce', {
    passport: inline(child),
    action: 'buy',
    assertion: assertion(child, { action: 'buy', gate_id: 'gate_shop' }),
  })
  assert.equal(enforced.body.decision, 'PERMIT', enforced.text)
  assert.equal(enforced.body.cumulative_cost, 25)
})

test('a stored version that is not what was signed judges nothing', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25)])
  const { passport_id } = await issue(server, ['buy'])
  const { snapshot_json: text } = await server.store.read
    .selectFrom('catalog_versions')
    .selectAll()
    .executeTakeFirstOrThrow()
  const cheaper = text.replace(`"${PRICE}":25`, `"${PRICE}":1`)
  assert.notEqual(cheaper, text)
  // Whoever owns the database can drop a trigger; the hash in the signed passport stays.
  await server.database.tamper(`update catalog_versions set snapshot_json = '${cheaper}'`)
  // As another process would find it.
  server.app.services.catalogs = new CatalogCache(server.store)
  const checked = await checkAt(server, passport_id, 'buy')
  assert.equal(checked.status, 500)
  assert.equal((await enforceWith(server, passport_id, 'buy')).status, 500)
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
  })
  assert.equal(issued.status, 500)
})
