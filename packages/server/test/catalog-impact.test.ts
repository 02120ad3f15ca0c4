import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from './harness.ts'
import { issue, openGate, PRICE, publish, saveDraft } from './shop.ts'

const CATALOG = '/api/gates/gate_shop/catalog'

test('the impact of a draft names its changes and the active passports that hold what changes', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: 25 } }, 'read', 'sell'])
  const buyer = await issue(server, ['buy'])
  const all = await issue(server, ['*'], { agent_id: 'agent-2' })
  await issue(server, ['read'])
  const revoked = await issue(server, ['buy'])
  await server.request('DELETE', `/api/gates/gate_shop/passports/${revoked.passport_id}`)
  await issue(server, ['buy'], { expires_in_seconds: 1 })
  const none = await server.request('GET', `${CATALOG}/impact`)
  assert.deepEqual(none.body, {
    gate_id: 'gate_shop',
    affected_passports: 0,
    has_breaking_changes: false,
    changes: [],
    passports: [],
  })
  await saveDraft(server, [{ permission_key: 'buy', constraints: { [PRICE]: 30 } }, 'read', 'sell', 'swap'])
  server.clock.at = Date.now() + 2000
  const impact = await server.request('GET', `${CATALOG}/impact`)
  assert.equal(impact.status, 200, impact.text)
  assert.equal(impact.body.affected_passports, 2)
  assert.equal(impact.body.has_breaking_changes, true)
  assert.deepEqual(
    impact.body.changes.map(({ type }: { type: string }) => type),
    ['price_changed', 'permission_added'],
  )
  assert.deepEqual(impact.body.passports, [
    {
      passport_id: all.passport_id,
      agent_id: 'agent-2',
      catalog_version: 1,
      permissions: ['buy', 'swap'],
      breaking: true,
    },
    {
      passport_id: buyer.passport_id,
      agent_id: 'agent-1',
      catalog_version: 1,
      permissions: ['buy'],
      breaking: true,
    },
  ])
  for (const body of [undefined, {}]) {
    assert.deepEqual((await server.request('POST', `${CATALOG}/impact`, body)).body, impact.body)
  }
  assert.equal((await server.request('POST', `${CATALOG}/impact`, { draft: {} })).status, 422)
})

test('the impact of a first catalog is breaking for passports whose permissions it lacks', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const reader = await issue(server, ['read'])
  await issue(server, ['buy'])
  await saveDraft(server, ['buy'])
  const { body } = await server.request('GET', `${CATALOG}/impact`)
  assert.equal(body.affected_passports, 2)
  assert.equal(body.has_breaking_changes, true)
  const affected = body.passports.find(
    ({ passport_id }: { passport_id: string }) => passport_id === reader.passport_id,
  )
  assert.deepEqual(affected.permissions, ['read'])
  assert.equal(affected.breaking, true)
})
