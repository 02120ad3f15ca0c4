import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertForeignIsUnknown, assertNeedsScope, assertRefused } from './answers.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { issue, openGate, publish } from './shop.ts'

const POLICY = '/api/gates/gate_shop/anonymous-policy'
const LOG = '/api/gates/gate_shop/anonymous-log'
const NOON = Date.UTC(2027, 0, 15, 12)

function ask(server: Harness, action: string, more: object = {}, from?: string): Promise<Answer> {
  return server.request(
    'POST',
    '/api/gates/gate_shop/check',
    { action, ...more },
    {
      key: null,
      headers: from === undefined ? {} : { 'x-forwarded-for': from },
    },
  )
}

async function admit(server: Harness, policy: object = {}): Promise<void> {
  const set = await server.request('PUT', POLICY, {
    enabled: true,
    allowed_actions: ['flights:*', 'read'],
    ...policy,
  })
  assert.equal(set.status, 200, set.text)
}

test('a new gate admits nobody without a passport, and says so', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  assert.deepEqual((await server.request('GET', POLICY)).body, {
    gate_id: 'gate_shop',
    enabled: false,
    allowed_actions: [],
    blocked_actions: [],
    rate_limit_per_minute: 5,
    rate_limit_per_hour: 50,
    read_only: true,
    upgrade_message: null,
    upgrade_url: null,
  })
  const refused = await ask(server, 'read')
  assert.equal(refused.status, 200)
  assert.equal(refused.body.allowed, false)
  assert.equal(refused.body.decision, 'deny')
  assert.equal(refused.body.reason_code, 'anonymous_not_allowed')
  assert.equal(refused.body.access_mode, 'anonymous')
  assert.match(refused.body.attestation_id, /^att_/)
})

test('what a policy leaves out keeps its value, and `permissions` is another name of `allowed_actions`', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server, { upgrade_message: 'Get a passport', upgrade_url: 'https://shop.example/join' })
  const changed = await server.request('PUT', POLICY, { permissions: ['read'], rate_limit_per_minute: 9 })
  assert.deepEqual(changed.body, {
    gate_id: 'gate_shop',
    enabled: true,
    allowed_actions: ['read'],
    blocked_actions: [],
    rate_limit_per_minute: 9,
    rate_limit_per_hour: 50,
    read_only: true,
    upgrade_message: 'Get a passport',
    upgrade_url: 'https://shop.example/join',
  })
  const cleared = await server.request('PUT', POLICY, { upgrade_message: null })
  assert.equal(cleared.body.upgrade_message, null)
  assert.equal(cleared.body.upgrade_url, 'https://shop.example/join')
  assert.deepEqual((await server.request('GET', POLICY)).body, cleared.body)
})

test('without a passport the policy decides, and a refusal tells how to get one', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server, {
    blocked_actions: ['flights:search/staff'],
    upgrade_message: 'Get a passport',
    upgrade_url: 'https://shop.example/join',
    rate_limit_per_minute: 100,
  })
  const allowed = await ask(server, 'flights:search')
  assert.equal(allowed.body.allowed, true, allowed.text)
  assert.equal(allowed.body.reason_code, null)
  assert.equal('upgrade_message' in allowed.body, false)
  const cases = [
    ['hotels:search', 'anonymous_action_not_allowed'],
    ['flights:search/staff', 'anonymous_action_blocked'],
    ['flights:book', 'anonymous_read_only'],
  ] as const
  for (const [action, reason] of cases) {
    const refused = await ask(server, action)
    assert.equal(refused.body.allowed, false)
    assert.equal(refused.body.reason_code, reason)
    assert.equal(refused.body.upgrade_message, 'Get a passport')
    assert.equal(refused.body.upgrade_url, 'https://shop.example/join')
  }
  await admit(server, { allowed_actions: [] })
  assert.equal((await ask(server, 'read')).body.reason_code, 'anonymous_action_not_allowed')
})

test('a verdict about nobody in particular is signed and counted like any other', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server)
  const first = await ask(server, 'read')
  const second = await ask(server, 'write')
  const verified = await server.request('POST', `/api/attestations/${second.body.attestation_id}/verify`)
  assert.equal(verified.body.valid, true)
  const signed = JSON.parse(second.body.attestation.attestation_json)
  assert.equal(signed.passport_id, null)
  assert.equal(signed.access_mode, 'anonymous')
  assert.deepEqual(
    [JSON.parse(first.body.attestation.attestation_json).sequence_number, signed.sequence_number],
    [1, 2],
  )
  const { stats } = (await server.request('GET', '/api/gates/gate_shop')).body
  assert.deepEqual([stats.total_checks, stats.allowed, stats.denied], [2, 1, 1])
})

test('a catalog in effect binds callers without a passport too', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server, { allowed_actions: ['*'], rate_limit_per_minute: 100 })
  await publish(server, [
    'flights:search',
    { permission_key: 'flights:list', min_trust_level: 2 },
    { permission_key: 'flights:check', risk_level: 'high' },
    { permission_key: 'flights:get', constraints: { 'core:time:not_after': '2020-01-01T00:00:00Z' } },
  ])
  assert.equal((await ask(server, 'flights:search')).body.allowed, true)
  assert.equal((await ask(server, 'flights:list')).body.reason_code, 'trust_tier_insufficient')
  assert.equal((await ask(server, 'flights:check')).body.reason_code, 'anonymous_read_only')
  assert.equal((await ask(server, 'flights:get')).body.reason_code, 'not_after_passed')
  assert.equal((await ask(server, 'flights:fetch')).body.reason_code, 'permission_not_in_catalog')
})

test('a gate of profile L3 admits nobody without a passport, whatever its policy says', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server)
  assert.equal((await ask(server, 'read')).body.allowed, true)
  await server.request('PATCH', '/api/gates/gate_shop', { profile: 'L3' })
  assert.equal((await ask(server, 'read')).body.reason_code, 'anonymous_not_allowed')
})

test('a passport that was presented and is bad is never taken for no passport', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server, { allowed_actions: ['*'], read_only: false })
  const { passport_id } = await issue(server, ['read'])
  await server.request('DELETE', `/api/gates/gate_shop/passports/${passport_id}`)
  const check = (body: object) =>
    server.request('POST', '/api/gates/gate_shop/check', { action: 'read', ...body })
  const revoked = await check({ passport_id })
  assert.equal(revoked.body.reason_code, 'passport_revoked')
  assert.equal(revoked.body.access_mode, 'passport')
  const unknown = await check({ passport_id: 'pp_000000000000000000000000' })
  assert.equal(unknown.body.reason_code, 'passport_not_found')
  const carried = await check({ passport: { passport_json: {}, signature: 'AA==' } })
  assert.equal(carried.body.reason_code, 'invalid_envelope_shape')
  assert.equal((await server.request('GET', LOG)).body.length, 0)
  assert.equal((await check({})).body.allowed, true)
})

test('of 100 parallel requests of one address exactly the rate is allowed', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  await admit(server, { rate_limit_per_minute: 7 })
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(server, 'read')))
  assert.equal(answers.filter(({ body }) => body.allowed).length, 7)
  const refused = answers.filter(({ body }) => !body.allowed)
  assert.ok(refused.every(({ body }) => body.reason_code === 'anonymous_rate_limited'))
  assert.equal(refused.filter(({ body }) => body.attestation_id !== null).length, 1)
})

test('rates slide by the minute and by the hour, and refusals use nothing up', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  await admit(server, { rate_limit_per_minute: 2, rate_limit_per_hour: 3 })
  const allowed = async (action = 'read') => (await ask(server, action)).body.allowed
  for (let i = 0; i < 4; i += 1) assert.equal(await allowed('write'), false)
  assert.equal(await allowed(), true)
  server.clock.at += 59_999
  assert.equal(await allowed(), true)
  assert.equal(await allowed(), false)
  server.clock.at += 1
  assert.equal(await allowed(), true)
  server.clock.at += 60_000
  assert.equal(await allowed(), false)
  server.clock.at = NOON + 3_600_000
  assert.equal(await allowed(), true)
})

test('refusals for the rate are recorded once per address and minute, with their number', async (t) => {
  const server = await startServer(t, { MODEI_TRUSTED_PROXIES: '127.0.0.1' })
  server.clock.at = NOON
  await openGate(server)
  await admit(server, { rate_limit_per_minute: 1, upgrade_message: 'Get a passport' })
  assert.equal((await ask(server, 'read', {}, '203.0.113.7')).body.allowed, true)
  const recorded = await ask(server, 'read', {}, '203.0.113.7')
  assert.match(recorded.body.attestation_id, /^att_/)
  for (let i = 0; i < 3; i += 1) {
    const repeated = await ask(server, 'read', {}, '203.0.113.7')
    assert.equal(repeated.status, 200)
    assert.equal(repeated.body.reason_code, 'anonymous_rate_limited')
    assert.equal(repeated.body.attestation_id, null)
    assert.equal(repeated.body.attestation, null)
    assert.equal(repeated.body.upgrade_message, 'Get a passport')
  }
  assert.equal((await ask(server, 'read', {}, '198.51.100.7')).body.allowed, true)
  assert.match((await ask(server, 'read', {}, '198.51.100.7')).body.attestation_id, /^att_/)
  const log = (await server.request('GET', LOG)).body
  assert.deepEqual(
    log.map(({ client_address, count, decision }: Record<string, unknown>) => [
      client_address,
      count,
      decision,
    ]),
    [
      ['198.51.100.0/24', 1, 'deny'],
      ['198.51.100.0/24', 1, 'allow'],
      ['203.0.113.0/24', 4, 'deny'],
      ['203.0.113.0/24', 1, 'allow'],
    ],
  )
  // A minute after its first record, a refusal that is still due is recorded anew.
  await admit(server, { rate_limit_per_minute: 0 })
  server.clock.at += 60_000
  assert.match((await ask(server, 'read', {}, '203.0.113.7')).body.attestation_id, /^att_/)
  assert.equal((await ask(server, 'read', {}, '203.0.113.7')).body.attestation_id, null)
  assert.equal((await server.request('GET', LOG)).body[0].count, 2)
})

test('who may be believed about addresses is a setting', async (t) => {
  const open = async (env: Record<string, string>) => {
    const server = await startServer(t, env)
    await openGate(server)
    await admit(server, { rate_limit_per_minute: 1 })
    return server
  }
  const direct = await open({})
  assert.equal((await ask(direct, 'read', {}, '203.0.113.7')).body.allowed, true)
  assert.equal((await ask(direct, 'read', {}, '198.51.100.7')).body.allowed, false)
  const proxied = await open({ MODEI_TRUSTED_PROXIES: '127.0.0.0/8' })
  assert.equal((await ask(proxied, 'read', {}, '203.0.113.7')).body.allowed, true)
  assert.equal((await ask(proxied, 'read', {}, '198.51.100.7')).body.allowed, true)
  // What a client writes before the proxy's own entry is not believed.
  assert.equal((await ask(proxied, 'read', {}, '192.0.2.1, 198.51.100.7')).body.allowed, false)
  assert.equal((await ask(proxied, 'read', {}, '2001:db8:1:2::1')).body.allowed, true)
  assert.equal((await ask(proxied, 'read', {}, '2001:db8:1:2::2')).body.allowed, false)
})

test('a client’s address is neither in the log nor in the database', async (t) => {
  const server = await startServer(t, { MODEI_TRUSTED_PROXIES: '127.0.0.1' })
  await openGate(server)
  await admit(server)
  await ask(server, 'read', {}, '203.0.113.77')
  const rows = await server.store.read.selectFrom('counters').selectAll().execute()
  const records = await server.store.read.selectFrom('attestations').selectAll().execute()
  assert.equal(JSON.stringify([rows, records]).includes('203.0.113.77'), false)
  assert.ok(rows.some(({ counter_key }) => /^anonymous:gate_shop:[0-9a-f]{64}$/.test(counter_key)))
})

test('addresses are forgotten when no rate looks back at them any more', async (t) => {
  const server = await startServer(t, { MODEI_TRUSTED_PROXIES: '127.0.0.1' })
  server.clock.at = NOON
  await openGate(server)
  await admit(server)
  await ask(server, 'read', {}, '203.0.113.7')
  const addresses = async () => {
    await server.store.write(async () => undefined)
    const rows = await server.store.read
      .selectFrom('counters')
      .select('counter_key')
      .where('counter_key', 'like', 'anonymous:gate%:%')
      .execute()
    return rows.length
  }
  assert.equal(await addresses(), 1)
  server.clock.at += 3 * 3_600_000
  await ask(server, 'read', {}, '198.51.100.7')
  assert.equal(await addresses(), 1)
  const second = await ask(server, 'read', {}, '198.51.100.7')
  assert.equal(JSON.parse(second.body.attestation.attestation_json).sequence_number, 3)
})

test('with its key, a repeat of an anonymous check is answered as the first was', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server)
  const once = () =>
    server.request(
      'POST',
      '/api/gates/gate_shop/check',
      { action: 'read' },
      { headers: { 'idempotency-key': 'a' } },
    )
  const first = await once()
  const second = await once()
  assert.equal(second.headers.get('idempotent-replayed'), 'true')
  assert.equal(second.text, first.text)
})

test('policy and log are the workspace’s own and need their scopes', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await openGate(server, 'gate_two')
  const ids = { real: 'gate_shop', unknown: 'gate_none' }
  await assertForeignIsUnknown(server, ids, (id) => ['GET', `/api/gates/${id}/anonymous-policy`])
  await assertForeignIsUnknown(server, ids, (id) => [
    'PUT',
    `/api/gates/${id}/anonymous-policy`,
    { enabled: true },
  ])
  await assertForeignIsUnknown(server, ids, (id) => ['GET', `/api/gates/${id}/anonymous-log`])
  await assertNeedsScope(server, 'gates:read', ['GET', POLICY])
  await assertNeedsScope(server, 'gates:write', ['PUT', POLICY, {}])
  await assertNeedsScope(server, 'attestations:read', ['GET', LOG])
  assert.equal((await ask(server, 'read')).body.allowed, false)
})

test('a policy of a wrong form is refused, every field named, and changes nothing', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await assertRefused(
    server,
    ['PUT', POLICY],
    [
      ['/body/enabled', { enabled: 'yes' }],
      ['/body/allowed_actions/0', { allowed_actions: ['flights search'] }],
      ['/body/blocked_actions', { blocked_actions: 'read' }],
      ['/body/rate_limit_per_minute', { rate_limit_per_minute: -1 }],
      ['/body/rate_limit_per_hour', { rate_limit_per_hour: 1.5 }],
      ['/body/read_only', { read_only: null }],
      ['/body/upgrade_url', { upgrade_url: 'javascript:alert(1)' }],
      ['/body/upgrade_message', { upgrade_message: 'x'.repeat(2001) }],
      ['/body/allow', { allow: true }],
      ['/body/allowed_actions', { allowed_actions: [], permissions: [] }],
    ],
  )
  assert.equal((await server.request('GET', POLICY)).body.enabled, false)
  await server.request('DELETE', '/api/gates/gate_shop')
  assert.equal((await server.request('PUT', POLICY, { enabled: true })).status, 409)
  assert.equal((await ask(server, 'read')).status, 404)
})

test('the log is paged without a gap or a repeat while more callers come', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await admit(server, { rate_limit_per_minute: 1000, rate_limit_per_hour: 1000 })
  const expected: string[] = []
  for (let i = 0; i < 25; i += 1) expected.unshift((await ask(server, 'read')).body.attestation_id)
  const seen: string[] = []
  let path: string | undefined = `${LOG}?limit=7`
  while (path !== undefined) {
    const page: Answer = await server.request('GET', path)
    seen.push(...page.body.map(({ id }: { id: string }) => id))
    path = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    await ask(server, 'read')
  }
  assert.deepEqual(seen, expected)
})
