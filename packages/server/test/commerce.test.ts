import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { canonicalizeStrict, canonicalJson, sha256Hex } from '@modei/protocol'
import { type Answer, type Harness, masked, startServer } from './harness.ts'

const GATE = 'gate_flights'
const TODAY = '2027-01-15'

const key = generateKeyPairSync('ed25519')
const publicKey = key.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')

async function priced(
  server: Harness,
  constraints: Record<string, unknown>,
  profile = 'L1',
): Promise<string> {
  server.clock.at ??= Date.parse(`${TODAY}T12:00:00Z`)
  await server.request('POST', '/api/gates', { name: 'Flights', gate_id: GATE, profile })
  await server.request('POST', `/api/gates/${GATE}/catalog`, {
    permissions: [{ permission_key: 'flights:search', constraints }, { permission_key: 'flights:book' }],
  })
  const published = await server.request('POST', `/api/gates/${GATE}/catalog/publish`, {})
  assert.ok([200, 201].includes(published.status), published.text)
  return passport(server)
}

async function passport(server: Harness, agent_id = 'agent-1'): Promise<string> {
  const issued = await server.request('POST', `/api/gates/${GATE}/passports`, {
    agent_id,
    agent_public_key: publicKey,
    permissions: ['flights:*'],
    expires_in: '1y',
  })
  assert.equal(issued.status, 201, issued.text)
  return issued.body.passport_id
}

const use = (server: Harness, passport_id: string, more: Record<string, unknown> = {}, headers = {}) =>
  server.request(
    'POST',
    '/api/consume',
    { passport_id, gate_id: GATE, action: 'flights:search', outcome: 'success', ...more },
    { headers },
  )

const settle = (server: Harness, more: Record<string, unknown> = {}) =>
  server.request('POST', '/api/billing', {
    gate_id: GATE,
    period_type: 'monthly',
    period_start: '2027-01-01',
    period_end: '2027-01-31',
    ...more,
  })

const FEES = { 'core:pricing:per_call_cents': 25, 'core:platform_fee:basis_points': 250 }

test('a use is priced from the pinned catalog, and a later price changes nothing for the passport', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  const first = await use(server, id, { quantity: 3 })
  assert.equal(first.status, 201, first.text)
  assert.equal(first.body.cost_cents, '75')
  assert.equal(first.body.platform_fee_cents, '2')
  assert.equal(first.body.currency, 'USD')
  assert.equal(first.body.pricing_model, 'per_call')
  await server.request('POST', `/api/gates/${GATE}/catalog`, {
    permissions: [
      { permission_key: 'flights:search', constraints: { ...FEES, 'core:pricing:per_call_cents': 99 } },
    ],
  })
  await server.request('POST', `/api/gates/${GATE}/catalog/publish`, {})
  const later = await use(server, id)
  assert.equal(later.body.cost_cents, '25')
  assert.equal(later.body.catalog_version, 1)
  const state = await server.request('POST', '/api/enforce', {
    passport_id: id,
    action: 'flights:book',
    cost_cents: 1,
  })
  assert.equal(state.body.cumulative_cost, 1, 'a use moves no enforce budget')
})

test('the free tier of a month comes first, exactly, also for parallel uses', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, { ...FEES, 'core:pricing:free_tier_calls': 10 })
  const second = await passport(server)
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => use(server, index % 2 === 0 ? id : second)),
  )
  const cents = answers.map((answer) => answer.body.cost_cents)
  assert.equal(
    cents.filter((cost) => cost === '0').length,
    10,
    'the tier is the agent’s, whatever its passports',
  )
  assert.equal((await use(server, await passport(server, 'agent-2'))).body.cost_cents, '0')
  server.clock.at = Date.parse('2027-02-01T00:00:00Z')
  assert.equal((await use(server, id)).body.cost_cents, '0', 'a new month has a new tier')
})

test('failed uses cost nothing and use up no free call', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, { ...FEES, 'core:pricing:free_tier_calls': 1 })
  for (const outcome of ['error', 'timeout'])
    assert.equal((await use(server, id, { outcome })).body.cost_cents, '0')
  assert.equal((await use(server, id, { outcome: 'partial' })).body.cost_cents, '0')
  assert.equal((await use(server, id, { outcome: 'partial' })).body.cost_cents, '25')
})

test('what cannot be billed is refused and recorded nowhere', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  const gone = await passport(server)
  await server.request('DELETE', `/api/gates/${GATE}/passports/${gone}`)
  server.clock.at = (server.clock.at ?? 0) + 1000
  const cases: readonly [string, Answer, number, string][] = [
    ['revoked before', await use(server, gone), 409, 'passport_not_active'],
    ['unknown passport', await use(server, 'pp_none'), 404, 'not_found'],
    ['unknown gate', await use(server, id, { gate_id: 'gate_none' }), 404, 'not_found'],
    ['not granted', await use(server, id, { action: 'hotels:book' }), 422, 'request_invalid'],
    ['no quantity', await use(server, id, { quantity: 0 }), 422, 'request_invalid'],
    ['half a call', await use(server, id, { quantity: 0.5 }), 422, 'request_invalid'],
    [
      'too much to be exact',
      await use(server, id, { quantity: Number.MAX_SAFE_INTEGER }),
      422,
      'request_invalid',
    ],
    ['an outcome that is none', await use(server, id, { outcome: 'maybe' }), 422, 'request_invalid'],
  ]
  for (const [name, answer, status, code] of cases) {
    assert.equal(answer.status, status, `${name}: ${answer.text}`)
    assert.equal(answer.body.code, code, name)
  }
  server.clock.at += 366 * 86_400_000
  assert.equal((await use(server, id)).body.code, 'passport_not_active')
  const log = await server.request('GET', `/api/gates/${GATE}/attestations`)
  assert.deepEqual(log.body, [])
})

function pop(
  server: Harness,
  passport_id: string,
  catalog_content_hash: string,
  more: Record<string, unknown> = {},
) {
  const fields = {
    timestamp: server.clock.at,
    nonce: `n-${Math.random()}`,
    catalog_content_hash,
    request_payload_hash: null,
    ...more,
  }
  const message = { passport_id, gate_id: GATE, action: 'flights:search', quantity: 1, ...fields }
  return {
    ...fields,
    public_key: publicKey,
    signature: sign(null, canonicalizeStrict(message), key.privateKey).toString('base64'),
  }
}

test('proof that the agent made the call is verified, and its nonce is used once', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  const hash = (await use(server, id)).body.catalog_content_hash
  const proof = pop(server, id, hash)
  assert.equal((await use(server, id, { agent_pop: proof })).status, 201)
  const again = await use(server, id, { agent_pop: proof })
  assert.equal(again.status, 409)
  assert.equal(again.body.code, 'nonce_already_used')
  const stale = pop(server, id, hash, { timestamp: (server.clock.at ?? 0) - 300_001 })
  const foreign = { ...pop(server, id, hash), public_key: 'O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=' }
  const other = pop(server, id, sha256Hex('another catalog'))
  const bent = { ...pop(server, id, hash), nonce: 'changed' }
  for (const agent_pop of [stale, foreign, other, bent]) {
    assert.equal((await use(server, id, { agent_pop })).status, 422)
  }
  const doubled = await use(server, id, { agent_pop: pop(server, id, hash), quantity: 2 })
  assert.equal(doubled.status, 422, 'the agent signed for one call')
})

test('a passport that ended after the call is billed for it only by the agent’s own proof of when it called', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  const hash = (await use(server, id)).body.catalog_content_hash
  const proof = pop(server, id, hash)
  server.clock.at = (server.clock.at ?? 0) + 1000
  await server.request('DELETE', `/api/gates/${GATE}/passports/${id}`)
  server.clock.at += 1000
  assert.equal((await use(server, id, { duration_ms: 3_600_000 })).body.code, 'passport_not_active')
  const late = await use(server, id, { agent_pop: pop(server, id, hash) })
  assert.equal(late.body.code, 'passport_not_active')
  assert.equal((await use(server, id, { agent_pop: proof, duration_ms: 1000 })).status, 201)
})

test('a total that cannot be exact is refused with a way out, and settles nothing', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, { 'core:pricing:per_call_cents': 1 })
  for (let i = 0; i < 2; i += 1) {
    assert.equal((await use(server, id, { quantity: Number.MAX_SAFE_INTEGER })).status, 201)
  }
  const refused = await settle(server)
  assert.equal(refused.status, 422, refused.text)
  assert.match(refused.body.message, /settle a shorter one/)
})

test('one proof presented fifty times at once is billed once', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  const proof = pop(server, id, (await use(server, id)).body.catalog_content_hash)
  const answers = await Promise.all(Array.from({ length: 50 }, () => use(server, id, { agent_pop: proof })))
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
})

test('an L3 gate bills nothing without proof', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES, 'L3')
  const bare = await use(server, id)
  assert.equal(bare.status, 422)
  const { content_hash } = (await server.request('GET', `/api/gates/${GATE}/catalog/1`)).body
  assert.equal((await use(server, id, { agent_pop: pop(server, id, content_hash) })).status, 201)
})

test('a settlement is the signed sum of its receipts, and running it again settles nothing twice', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  for (let i = 0; i < 7; i += 1) await use(server, id, { outcome: i === 0 ? 'error' : 'success' })
  const settled = await settle(server)
  assert.equal(settled.status, 201, settled.text)
  assert.equal(settled.body.total_cost_cents, 150)
  assert.equal(settled.body.total_platform_fee_cents, 6)
  assert.equal(settled.body.total_transactions, 7)
  assert.equal(settled.body.verified_count, 7)
  assert.equal(settled.body.excluded_count, 0)
  assert.equal(settled.body.status, 'pending')
  assert.equal(settled.body.content_hash, sha256Hex(settled.body.settlement_json))
  assert.equal(canonicalJson(JSON.parse(settled.body.settlement_json)), settled.body.settlement_json)
  const again = await settle(server)
  assert.equal(again.status, 200)
  assert.equal(again.body.id, settled.body.id)
  await use(server, id)
  const more = await settle(server)
  assert.equal(more.status, 201)
  assert.equal(more.body.total_cost_cents, 25)
  const overlapping = await settle(server, { period_type: 'daily', period_start: TODAY, period_end: TODAY })
  assert.equal(overlapping.body.total_transactions, 0)
})

test('two settlements at once never count a receipt twice', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  for (let i = 0; i < 20; i += 1) await use(server, id)
  const answers = await Promise.all([
    ...Array.from({ length: 4 }, () => settle(server)),
    settle(server, { period_type: 'daily', period_start: TODAY, period_end: TODAY }),
    settle(server, { agent_id: 'agent-1' }),
  ])
  const distinct = new Map(answers.map((answer) => [answer.body.id, answer.body.total_cost_cents]))
  assert.equal(
    [...distinct.values()].reduce((sum, cents) => sum + cents, 0),
    500,
  )
})

test('voiding a settlement releases its receipts, and its status moves only along its lines', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  await use(server, id)
  const first = (await settle(server)).body
  const move = (settlement: string, status: string) =>
    server.request('POST', `/api/billing/${settlement}/status`, { status })
  assert.equal((await move(first.id, 'paid')).status, 409)
  assert.equal((await move(first.id, 'invoiced')).body.status, 'invoiced')
  assert.equal((await move(first.id, 'invoiced')).body.code, 'illegal_transition')
  assert.equal((await move(first.id, 'disputed')).body.status, 'disputed')
  assert.equal((await move(first.id, 'void')).body.status, 'void')
  const second = (await settle(server)).body
  assert.notEqual(second.id, first.id)
  assert.equal(second.total_cost_cents, 25)
  assert.equal((await move(first.id, 'pending')).status, 409)
  assert.equal((await move(second.id, 'nonsense')).status, 422)
})

test('settlements are listed with filters and a total, and another workspace sees none of it', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  await use(server, id)
  const made = (await settle(server)).body
  const list = (query: string, options = {}) =>
    server.request('GET', `/api/billing${query}`, undefined, options)
  assert.equal((await list('')).body.total, 1)
  assert.equal((await list(`?gate_id=${GATE}&status=pending&from=2027-01-31&to=2027-01-01`)).body.total, 1)
  for (const query of [
    '?status=paid',
    '?from=2027-02-01',
    '?to=2026-12-31',
    '?agent_id=agent-1',
    '?period_type=daily',
  ]) {
    assert.equal((await list(query)).body.total, 0, query)
  }
  assert.equal((await list('?limit=0')).status, 422)
  const other = { key: server.keys.other }
  assert.equal((await list('', other)).body.total, 0)
  const foreign = await server.request('GET', `/api/billing/${made.id}`, undefined, other)
  const absent = await server.request('GET', '/api/billing/stl_000000000000000000000000', undefined, other)
  assert.equal(masked(foreign, made.id), masked(absent, 'stl_000000000000000000000000'))
  assert.equal(foreign.status, 404)
  const reader = await server.keyWith('commerce:read')
  assert.equal((await list('', { key: reader })).status, 200)
  const refused = await server.request('POST', '/api/billing', {}, { key: reader })
  assert.equal(refused.body.required_scope, 'commerce:write')
})

test('a receipt whose text was changed is excluded, not settled', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  await use(server, id)
  await use(server, id)
  await server.database.tamper(
    `update attestations set attestation_json = replace(attestation_json, '"cost_cents":25', '"cost_cents":99'), cost_cents = 99 where chain_index = 1`,
  )
  const settled = await settle(server)
  assert.equal(settled.body.total_cost_cents, 25)
  assert.equal(settled.body.excluded_count, 1)
})

test('uptime is measured against the promise of the catalog', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, { ...FEES, 'core:sla:uptime_basis_points': 9000 })
  const report = (query: string) => server.request('GET', `/api/gates/${GATE}/sla?${query}`)
  const period = 'period_start=2027-01-01&period_end=2027-01-31'
  const empty = (await report(`${period}&permission_key=flights:search`)).body
  assert.equal(empty.overall_uptime_bp, 10_000)
  assert.equal(empty.overall_compliant, true)
  for (const outcome of ['success', 'partial', 'error']) await use(server, id, { outcome })
  const measured = (await report(period)).body
  assert.deepEqual(measured.metrics, [
    {
      permission_key: 'flights:search',
      total_requests: 3,
      success_count: 1,
      error_count: 1,
      timeout_count: 0,
      partial_count: 1,
      uptime_basis_points: 6666,
      sla_uptime_bp: 9000,
      compliant: false,
    },
  ])
  assert.equal(measured.overall_compliant, false)
  assert.equal((await report('period_start=2027-02-30&period_end=2027-03-01')).status, 422)
  assert.equal((await report('period_start=2027-03-02&period_end=2027-03-01')).status, 422)
})

test('a use retried under one idempotency key is billed once', async (t) => {
  const server = await startServer(t)
  const id = await priced(server, FEES)
  const first = await use(server, id, {}, { 'idempotency-key': 'use-1' })
  const again = await use(server, id, {}, { 'idempotency-key': 'use-1' })
  assert.equal(again.text, first.text)
  assert.equal((await settle(server)).body.total_cost_cents, 25)
})
