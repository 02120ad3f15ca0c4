import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  buildGateEnvelope,
  decodeBase64Strict,
  signEnvelope,
  utf8Bytes,
  verifyEd25519,
} from '@modei/protocol'
import { assertion, delegate, heldFromAnswer, inline, makeAgent } from './agents.ts'
import { type Harness, masked, startServer } from './harness.ts'
import { checkAt, enforceWith, issue, openGate, PRICE, publish } from './shop.ts'

const at = (permission_key: string, cents: number, more: object = {}) => ({
  permission_key,
  constraints: { [PRICE]: cents, ...more },
})

function reissue(server: Harness, id: string, body?: object, headers: Record<string, string> = {}) {
  return server.request('POST', `/api/passports/${id}/reissue`, body, { headers })
}

async function reissued(server: Harness, id: string, body?: object) {
  const answer = await reissue(server, id, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body
}

test('a reissued passport is the old one under the terms in effect, and the old one is revoked', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25), 'read'])
  const old = await issue(server, ['buy', 'read'], {
    agent_name: 'Agent',
    agent_public_key: makeAgent().public_key,
    delegation_authority: true,
    constraints: { 'core:cost:max_per_action': 100, read: { 'core:rate:max_per_minute': 5 } },
    metadata: { team: 'a' },
    expires_in: '7d',
  })
  const { content_hash } = await publish(server, [at('buy', 20), 'read', 'sell'])
  const { passport_id, passport_json, signature, public_key, signing_key_id, changes, ...rest } =
    await reissued(server, old.passport_id)
  assert.deepEqual(rest, {
    expires_at: old.expires_at,
    catalog_version: 2,
    catalog_content_hash: content_hash,
    revoked_passport_id: old.passport_id,
    terms_changed: true,
    has_breaking_changes: false,
  })
  assert.deepEqual(
    changes.map(({ type, permission_key }: Record<string, string>) => [type, permission_key]),
    [['price_changed', 'buy']],
  )
  assert.notEqual(passport_id, old.passport_id)
  const key = decodeBase64Strict(public_key)
  const bytes = decodeBase64Strict(signature)
  assert.ok(key !== undefined && bytes !== undefined && verifyEd25519(key, utf8Bytes(passport_json), bytes))
  const before = JSON.parse(old.passport_json)
  const after = JSON.parse(passport_json)
  assert.deepEqual(after.identity, before.identity)
  assert.deepEqual(after.permissions, before.permissions)
  assert.equal(after.delegation_authority, true)
  assert.equal(after.provenance.issuer.key_id, signing_key_id)
  assert.equal(after.provenance.catalog_version, 2)
  const view = await server.request('GET', `/api/gates/gate_shop/passports/${passport_id}`)
  assert.equal(view.body.status, 'active')
  assert.deepEqual(view.body.metadata, { team: 'a' })
  assert.deepEqual(view.body.constraints, old.constraints)
  const gone = await server.request('GET', `/api/gates/gate_shop/passports/${old.passport_id}`)
  assert.equal(gone.body.status, 'revoked')
  assert.equal((await checkAt(server, old.passport_id, 'buy')).body.reason_code, 'passport_revoked')
  assert.equal((await checkAt(server, passport_id, 'buy')).body.allowed, true)
})

test('worse terms need consent by version, and a refusal shows them and changes nothing', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25), 'read'])
  const old = await issue(server, ['buy'])
  await publish(server, [at('buy', 30)])
  const refused = await reissue(server, old.passport_id)
  assert.equal(refused.status, 409)
  assert.equal(refused.body.code, 'terms_changed')
  assert.equal(refused.body.catalog_version, 2)
  assert.equal(refused.body.has_breaking_changes, true)
  assert.deepEqual(refused.body.changes, [
    { type: 'price_changed', permission_key: 'buy', constraint_key: PRICE, old: 25, new: 30, breaking: true },
  ])
  assert.equal((await enforceWith(server, old.passport_id, 'buy')).body.decision, 'PERMIT')
  const accepted = await reissued(server, old.passport_id, { accept_catalog_version: 2 })
  assert.equal(accepted.terms_changed, true)
  assert.equal(accepted.has_breaking_changes, true)
  assert.deepEqual(accepted.changes, refused.body.changes)
})

test('changes that the passport cannot feel need no consent and are not shown', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25), 'read', { permission_key: 'sell', display_name: 'Sell' }])
  const reader = await issue(server, ['read'])
  const seller = await issue(server, ['sell'])
  await publish(server, [at('buy', 99), 'read', { permission_key: 'sell', display_name: 'Sell it' }])
  const quiet = await reissued(server, reader.passport_id)
  assert.deepEqual([quiet.catalog_version, quiet.terms_changed, quiet.changes], [2, false, []])
  const renamed = await reissued(server, seller.passport_id)
  assert.equal(renamed.terms_changed, false)
  assert.equal(renamed.changes[0].type, 'details_changed')
})

test('counters go on counting: nobody gets a new budget, rate or sequence of windows by a reissue', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 10)])
  const constraints = { 'core:cost:max_cumulative': 100, 'core:rate:max_total': 3 }
  const first = await issue(server, ['buy'], { constraints })
  assert.equal((await enforceWith(server, first.passport_id, 'buy', 60)).body.decision, 'PERMIT')
  const second = await reissued(server, first.passport_id)
  const over = await enforceWith(server, second.passport_id, 'buy', 41)
  assert.equal(over.body.decision, 'BLOCK')
  assert.equal(over.body.blocked_by, 'core:cost:max_cumulative')
  const exact = await enforceWith(server, second.passport_id, 'buy', 30)
  assert.equal(exact.body.cumulative_cost, 90)
  const third = await reissued(server, second.passport_id)
  assert.equal((await enforceWith(server, third.passport_id, 'buy', 10)).body.cumulative_cost, 100)
  const fourth = await reissued(server, third.passport_id)
  const spent = await enforceWith(server, fourth.passport_id, 'buy', 0)
  assert.equal(spent.body.blocked_by, 'core:rate:max_total')
})

test('a limit that is set after a reissue counts what that passport and those before it did', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const first = await issue(server, ['buy'])
  for (let n = 0; n < 2; n += 1) await enforceWith(server, first.passport_id, 'buy', 5)
  const { passport_id } = await reissued(server, first.passport_id)
  await enforceWith(server, passport_id, 'buy', 5)
  const planned = await server.request('POST', '/api/authorize/dry-run', {
    gate_id: 'gate_shop',
    passport: { passport_id },
    requested_permission: 'buy',
    requested_constraints: { 'core:rate:max_per_minute': 3 },
  })
  assert.equal(planned.body.blocked_by, 'core:rate:max_per_minute')
  await server.request('PUT', `/api/passports/${passport_id}/constraints`, {
    'core:rate:max_per_minute': 3,
    'core:cost:cumulative_window': '1h',
    'core:cost:max_cumulative': 100,
  })
  const refused = await enforceWith(server, passport_id, 'buy')
  assert.equal(refused.body.blocked_by, 'core:rate:max_per_minute')
  const state = await server.request('GET', `/api/passports/${passport_id}/state`)
  assert.deepEqual(state.body.action_counts, { buy: 3 })
})

test('what is reserved for a hold stays reserved after a reissue', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const constraints = { 'core:cost:max_cumulative': 100, 'core:cost:approval_threshold': 50 }
  const first = await issue(server, ['buy'], { constraints })
  assert.equal((await enforceWith(server, first.passport_id, 'buy', 60)).body.decision, 'SUSPEND')
  const second = await reissued(server, first.passport_id)
  const blocked = await enforceWith(server, second.passport_id, 'buy', 41)
  assert.equal(blocked.body.decision, 'BLOCK')
  assert.match(blocked.body.block_reason, /60 reserved/)
  assert.equal((await enforceWith(server, second.passport_id, 'buy', 40)).body.decision, 'PERMIT')
})

test('constraints that were set stay in force, with their versions and history', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['buy', 'read'])
  const first = await issue(server, ['buy', 'read'], { constraints: { 'core:rate:max_per_minute': 100 } })
  const set = (id: string, map: object) => server.request('PUT', `/api/passports/${id}/constraints`, map)
  await set(first.passport_id, { 'core:rate:max_per_minute': 50 })
  await set(first.passport_id, { 'core:rate:max_per_minute': 1, read: { 'core:rate:max_total': 7 } })
  const before = (await server.request('GET', `/api/passports/${first.passport_id}/constraints`)).body
  const second = await reissued(server, first.passport_id)
  const after = (await server.request('GET', `/api/passports/${second.passport_id}/constraints`)).body
  assert.deepEqual(after, { ...before, passport_id: second.passport_id })
  assert.equal(after.version, 2)
  const history = await server.store.read
    .selectFrom('constraint_versions')
    .select(['version', 'constraints', 'set_by', 'set_at'])
    .where('passport_id', '=', second.passport_id)
    .orderBy('version')
    .execute()
  const old = await server.store.read
    .selectFrom('constraint_versions')
    .select(['version', 'constraints', 'set_by', 'set_at'])
    .where('passport_id', '=', first.passport_id)
    .orderBy('version')
    .execute()
  assert.equal(history.length, 2)
  assert.deepEqual(history, old)
  assert.equal((await enforceWith(server, second.passport_id, 'buy')).body.decision, 'PERMIT')
  assert.equal((await enforceWith(server, second.passport_id, 'buy')).body.decision, 'BLOCK')
  const loosened = await set(second.passport_id, { 'core:rate:max_per_minute': 101 })
  assert.equal(loosened.body.code, 'constraint_loosens_grant')
  assert.equal((await set(second.passport_id, { 'core:rate:max_per_minute': 2 })).status, 200)
})

test('a permission that the accepted catalog no longer lists goes, and its own constraints with it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['flights:book', 'flights:cancel', 'read'])
  const permissions = ['flights:*', 'flights:cancel', 'read']
  const constraints = {
    'core:rate:max_per_minute': 100,
    'flights:cancel': { 'core:rate:max_total': 1 },
    read: { 'core:rate:max_total': 2 },
  }
  const first = await issue(server, permissions, { constraints })
  const url = (id: string) => `/api/passports/${id}/constraints`
  await server.request('PUT', url(first.passport_id), {
    'flights:cancel': { 'core:rate:max_total': 0 },
    read: { 'core:rate:max_total': 1 },
  })
  await publish(server, ['flights:book', 'read'])
  assert.equal((await reissue(server, first.passport_id)).body.code, 'terms_changed')
  const second = await reissued(server, first.passport_id, { accept_catalog_version: 2 })
  const view = (await server.request('GET', `/api/gates/gate_shop/passports/${second.passport_id}`)).body
  assert.deepEqual(view.permissions, ['flights:*', 'read'])
  assert.deepEqual(view.constraints, {
    'core:rate:max_per_minute': 100,
    read: { 'core:rate:max_total': 2 },
  })
  const left = (await server.request('GET', url(second.passport_id))).body
  assert.deepEqual(left.set, { read: { 'core:rate:max_total': 1 } })
  assert.equal(left.version, 2)
  assert.equal((await enforceWith(server, second.passport_id, 'flights:book')).body.decision, 'PERMIT')
  await publish(server, ['sell'])
  const nothing = await reissue(server, second.passport_id, { accept_catalog_version: 3 })
  assert.equal(nothing.status, 422)
  assert.match(nothing.body.detail, /lists none of the passport/)
})

test('a limit stays though a permission of the same name goes', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const name = 'core:rate:max_total'
  await publish(server, [name, 'read'])
  const first = await issue(server, [name, 'read'], { constraints: { [name]: 1 } })
  await publish(server, ['read'])
  const second = await reissued(server, first.passport_id, { accept_catalog_version: 2 })
  assert.equal((await enforceWith(server, second.passport_id, 'read')).body.decision, 'PERMIT')
  assert.equal((await enforceWith(server, second.passport_id, 'read')).body.blocked_by, name)
})

test('a version can be accepted when it is known, in effect, and not older than what applies', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  server.clock.at = Date.UTC(2026, 4, 1)
  await publish(server, [at('buy', 10)])
  await publish(server, [at('buy', 20)])
  const { passport_id } = await issue(server, ['buy'])
  await publish(server, [at('buy', 30)])
  await publish(server, [at('buy', 5)], { effective_at: '2026-06-01T00:00:00Z' })
  for (const [version, reason] of [
    [1, /older than version 2/],
    [4, /in effect from 2026-06-01/],
    [5, /published no version 5/],
  ] as const) {
    const refused = await reissue(server, passport_id, { accept_catalog_version: version })
    assert.equal(refused.status, 422)
    assert.match(refused.body.detail, reason)
    assert.equal(refused.body.errors[0].pointer, '/body/accept_catalog_version')
  }
  for (const version of [0, -1, 1.5, '2', true]) {
    assert.equal((await reissue(server, passport_id, { accept_catalog_version: version })).status, 422)
  }
  assert.equal((await reissue(server, passport_id, { version: 3 })).status, 422)
  const same = await reissued(server, passport_id, { accept_catalog_version: 2 })
  assert.deepEqual([same.catalog_version, same.changes], [2, []])
  assert.equal((await reissued(server, same.passport_id, { accept_catalog_version: 3 })).catalog_version, 3)
})

test('a passport from before the first catalog moves to the one that already judges it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy', 'read'])
  const unpinned = await reissued(server, passport_id)
  assert.deepEqual([unpinned.catalog_version, unpinned.catalog_content_hash], [null, null])
  assert.equal((await reissue(server, unpinned.passport_id, { accept_catalog_version: 1 })).status, 422)
  await publish(server, [at('buy', 25)])
  const pinned = await reissued(server, unpinned.passport_id)
  assert.equal(pinned.catalog_version, 1)
  assert.equal(pinned.terms_changed, false)
  const view = (await server.request('GET', `/api/gates/gate_shop/passports/${pinned.passport_id}`)).body
  assert.deepEqual(view.permissions, ['buy'])
})

test('a passport that is revoked, expired or already reissued is not reissued, nor one of an archived gate', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const ids = []
  for (let n = 0; n < 3; n += 1) ids.push((await issue(server, ['buy'], { expires_in: '1h' })).passport_id)
  const [revoked, replaced, expiring] = ids
  await server.request('DELETE', `/api/gates/gate_shop/passports/${revoked}`)
  await reissued(server, replaced)
  const late = await issue(server, ['buy'], { expires_in: '7d' })
  server.clock.at = Date.now() + 3_600_001
  for (const id of [revoked, replaced, expiring]) {
    const refused = await reissue(server, id)
    assert.equal(refused.status, 409)
    assert.equal(refused.body.code, 'passport_not_active')
  }
  await server.request('DELETE', '/api/gates/gate_shop')
  const archived = await reissue(server, late.passport_id)
  assert.equal(archived.status, 409)
  assert.equal(archived.body.code, 'conflict')
})

test('an issuer’s passport is reissued by the issuer, unless that was revoked', async (t) => {
  const server = await startServer(t)
  const { issuer_id } = (await server.request('POST', '/api/issuers', { name: 'Acme' })).body
  const issued = await server.request('POST', '/api/passports', {
    issuer_id,
    agent_id: 'a',
    permissions: ['buy'],
  })
  assert.equal(issued.status, 201, issued.text)
  const next = await reissued(server, issued.body.passport_id)
  const { provenance } = JSON.parse(next.passport_json)
  assert.deepEqual([provenance.issuer.type, provenance.issuer.id], ['platform', issuer_id])
  assert.equal(provenance.gate_id, null)
  const withVersion = await reissue(server, next.passport_id, { accept_catalog_version: 1 })
  assert.equal(withVersion.status, 422)
  await server.request('DELETE', `/api/issuers/${issuer_id}`)
  assert.equal((await reissue(server, next.passport_id)).status, 409)
})

test('a passport whose issuer keeps its key is not reissued by the server', async (t) => {
  const server = await startServer(t)
  const keeper = makeAgent()
  const issuer = (
    await server.request('POST', '/api/issuers', { name: 'Elsewhere', public_key: keeper.public_key })
  ).body
  const { passport_json, signature } = signEnvelope(
    buildGateEnvelope({
      passportId: 'pp_elsewhere1',
      issuer: { type: 'platform', id: issuer.issuer_id, key_id: issuer.signing_key_id },
      agentId: 'a',
      agentName: null,
      publicKey: makeAgent().public_key,
      permissions: [{ permission_key: 'buy', constraints: {} }],
      issuedAt: Date.now(),
      expiresAt: Date.now() + 60_000,
    }),
    keeper.seed,
  )
  const taken = await server.request('POST', '/api/passports', { passport_json, signature })
  assert.equal(taken.status, 201, taken.text)
  const refused = await reissue(server, 'pp_elsewhere1')
  assert.equal(refused.status, 409)
  assert.equal(refused.body.code, 'issuer_key_external')
})

test('reissuing a root ends what was delegated below it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = heldFromAnswer(await issue(server, ['buy'], { delegation_authority: true }))
  const child = delegate(root)
  const act = () =>
    server.request('POST', '/api/enforce', {
      passport: inline(child),
      action: 'buy',
      assertion: assertion(child, { action: 'buy', gate_id: 'gate_shop' }),
    })
  assert.equal((await act()).body.decision, 'PERMIT')
  await reissued(server, root.id)
  assert.equal((await act()).body.reason, 'passport_revoked')
})

test('another workspace’s passport answers like one that does not exist', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const unknown = 'pp_000000000000000000000000'
  const call = (id: string) =>
    server.request('POST', `/api/passports/${id}/reissue`, {}, { key: server.keys.other })
  const foreign = await call(passport_id)
  assert.equal(foreign.status, 404)
  assert.equal(masked(foreign, passport_id), masked(await call(unknown), unknown))
  assert.equal((await reissue(server, 'pp_..')).status, 422)
  assert.equal(
    (await server.request('POST', `/api/passports/${passport_id}/reissue`, {}, { key: null })).status,
    401,
  )
  const key = await server.keyWith('passports:read', 'passports:issue', 'passports:revoke')
  const refused = await server.request('POST', `/api/passports/${passport_id}/reissue`, {}, { key })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.required_scope, 'passports:write')
})

test('a repeat under one idempotency key answers the same passport', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const headers = { 'idempotency-key': 'again' }
  const once = await reissue(server, passport_id, {}, headers)
  const again = await reissue(server, passport_id, {}, headers)
  assert.equal(again.status, 201)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.deepEqual(again.body, once.body)
  const other = await reissue(server, passport_id, { accept_catalog_version: 1 }, headers)
  assert.equal(other.body.code, 'idempotency_conflict')
  const all = await server.request('GET', '/api/gates/gate_shop/passports?status=all')
  assert.equal(all.body.length, 2)
})
