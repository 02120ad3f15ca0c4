import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkspace } from '../src/services/workspaces.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { type Offer, openGate, PRICE, publish, saveDraft } from './shop.ts'

const UPTIME = 'core:sla:uptime_basis_points'
const RESPONSE = 'core:sla:response_time_ms'

function discover(server: Harness, query: string): Promise<Answer> {
  return server.request('GET', `/api/discover?${query}`, undefined, { key: null })
}

async function found(server: Harness, query: string): Promise<string[]> {
  const answer = await discover(server, query)
  assert.equal(answer.status, 200, answer.text)
  return answer.body.results.map(
    ({ gate_id, permission_key }: Record<string, string>) => `${gate_id?.slice(5)} ${permission_key}`,
  )
}

async function shop(server: Harness, gate: string, offers: readonly Offer[]): Promise<Answer['body']> {
  await openGate(server, `gate_${gate}`, { is_discoverable: true, name: gate, description: `Shop ${gate}` })
  return publish(server, offers, {}, `gate_${gate}`)
}

const offer = (permission_key: string, constraints: object) => ({ permission_key, constraints })

test('a service is answered with its terms and with what they are signed by, for anybody and to be cached', async (t) => {
  const server = await startServer(t)
  const published = await shop(server, 'air', [
    {
      permission_key: 'flights:book',
      display_name: 'Book',
      description: 'Books a flight',
      risk_level: 'high',
      min_trust_level: 2,
      constraints: {
        'core:pricing:model': 'per_call',
        [PRICE]: 25,
        'core:pricing:currency': 'EUR',
        [UPTIME]: 9990,
        [RESPONSE]: 200,
        'core:platform_fee:basis_points': 250,
      },
    },
    'flights:list',
    'hotels:book',
  ])
  const answer = await discover(server, 'capability=flights:*')
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.headers.get('cache-control'), 'public, max-age=60')
  const gate = {
    gate_id: 'gate_air',
    gate_name: 'air',
    security_profile: 'L1',
    catalog_version: 1,
    catalog_content_hash: published.content_hash,
    catalog_signature: published.signature,
    signing_key_id: published.signing_key_id,
  }
  const results = [
    {
      ...gate,
      permission_key: 'flights:book',
      display_name: 'Book',
      description: 'Books a flight',
      risk_level: 'high',
      min_trust_level: 2,
      pricing_model: 'per_call',
      price_cents: 25,
      currency: 'EUR',
      uptime_basis_points: 9990,
      response_time_ms: 200,
      platform_fee_basis_points: 250,
    },
    {
      ...gate,
      permission_key: 'flights:list',
      display_name: 'flights:list',
      description: '',
      risk_level: 'low',
      min_trust_level: 1,
      pricing_model: null,
      price_cents: null,
      currency: 'USD',
      uptime_basis_points: null,
      response_time_ms: null,
      platform_fee_basis_points: null,
    },
  ]
  assert.deepEqual(answer.body, {
    results,
    services: results,
    gates: [{ ...gate, description: 'Shop air', permissions: results }],
    total: 2,
    limit: 20,
    offset: 0,
  })
  const keyed = await server.request('GET', '/api/v1/discover?capability=flights:*')
  assert.deepEqual(keyed.body, answer.body)
})

test('only catalogs in effect of discoverable, unarchived gates of live workspaces are found', async (t) => {
  const server = await startServer(t)
  server.clock.at = Date.UTC(2026, 4, 1)
  await shop(server, 'seen', ['a'])
  await openGate(server, 'gate_hidden')
  await publish(server, ['a'], {}, 'gate_hidden')
  await openGate(server, 'gate_draft', { is_discoverable: true })
  await saveDraft(server, ['a'], 'gate_draft')
  await openGate(server, 'gate_later', { is_discoverable: true })
  await publish(server, ['a'], { effective_at: '2026-05-02T00:00:00Z' }, 'gate_later')
  await shop(server, 'gone', ['a'])
  await server.request('DELETE', '/api/gates/gate_gone')
  const test_workspace = await server.store.write((tx, now) =>
    createWorkspace(tx, server.app.services.box, { name: 'test', mode: 'test' }, now),
  )
  const asTest = { key: test_workspace.api_key }
  await server.request(
    'POST',
    '/api/gates',
    { name: 'T', gate_id: 'gate_test', is_discoverable: true },
    asTest,
  )
  await server.request('POST', '/api/gates/gate_test/catalog', { permissions: [{ key: 'a' }] }, asTest)
  assert.equal((await server.request('POST', '/api/gates/gate_test/catalog/publish', {}, asTest)).status, 201)
  assert.deepEqual(await found(server, 'capability=a'), ['seen a'])
  await publish(server, ['b'], {}, 'gate_seen')
  assert.deepEqual(await found(server, 'capability=a'), [])
  assert.deepEqual(await found(server, 'capability=b'), ['seen b'])
  server.clock.at = Date.UTC(2026, 4, 2)
  assert.deepEqual(await found(server, 'capability=a'), ['later a'])
  await server.request('PATCH', '/api/gates/gate_later', { is_discoverable: false })
  assert.deepEqual(await found(server, 'capability=a'), [])
})

test('a capability is an exact permission, a namespace, or all; nothing in it is a wildcard of the database', async (t) => {
  const server = await startServer(t)
  await shop(server, 'x', [
    'flights:book',
    'flights:seats:list',
    'flights_:book',
    'flights',
    'FLIGHTS:book',
    'hotels:book',
  ])
  assert.deepEqual(await found(server, 'capability=flights:book'), ['x flights:book'])
  assert.deepEqual(await found(server, 'capability=flights'), ['x flights'])
  assert.deepEqual(await found(server, 'capability=flights:*'), ['x flights:book', 'x flights:seats:list'])
  assert.deepEqual(await found(server, 'capability=flights_:*'), ['x flights_:book'])
  assert.deepEqual(await found(server, 'capability=hotel:*'), [])
  assert.equal((await found(server, 'capability=*')).length, 6)
  for (const bad of [
    '',
    'capability=',
    'capability=%25',
    'capability=a%20b',
    'capability=*:book',
    'capability=a&capability=b',
  ]) {
    assert.equal((await discover(server, bad)).status, 422, bad)
  }
})

test('filters take what is promised, and what is not said passes only where nothing is asked', async (t) => {
  const server = await startServer(t)
  await shop(server, 'a', [
    offer('p:cheap', { [PRICE]: 10, [UPTIME]: 9900, [RESPONSE]: 500 }),
    offer('p:dear', { [PRICE]: 100, [UPTIME]: 9999, [RESPONSE]: 100 }),
    offer('p:metered', { 'core:pricing:per_minute_cents': 5 }),
    offer('p:subscribed', { 'core:pricing:model': 'subscription', 'core:pricing:subscription_cents': 1000 }),
    'p:free',
  ])
  const names = async (filter: string) =>
    (await found(server, `capability=p:*${filter}`)).map((name) => name.slice('a p:'.length))
  assert.deepEqual(await names(''), ['cheap', 'dear', 'free', 'metered', 'subscribed'])
  assert.deepEqual(await names('&max_price_cents=10'), ['cheap', 'free', 'metered'])
  assert.deepEqual(await names('&max_price_cents=9'), ['free', 'metered'])
  assert.deepEqual(await names('&max_price_cents=0'), ['free'])
  assert.deepEqual(await names('&min_uptime_bp=9900'), ['cheap', 'dear'])
  assert.deepEqual(await names('&min_uptime_bp=9901'), ['dear'])
  assert.deepEqual(await names('&max_response_time_ms=500'), ['cheap', 'dear'])
  assert.deepEqual(await names('&max_response_time_ms=499'), ['dear'])
  assert.deepEqual(await names('&pricing_model=per_call'), ['cheap', 'dear'])
  assert.deepEqual(await names('&pricing_model=subscription'), ['subscribed'])
  assert.deepEqual(await names('&pricing_model=per_token'), [])
  assert.deepEqual(await names('&pricing_model=per_call&max_price_cents=10&min_uptime_bp=9999'), [])
  for (const bad of [
    'max_price_cents=-1',
    'max_price_cents=1.5',
    'min_uptime_bp=10001',
    'max_response_time_ms=fast',
    'sort=cheapest',
    'limit=0',
    'limit=1001',
    'offset=-1',
    'currency=EUR',
  ]) {
    assert.equal((await discover(server, `capability=p:*&${bad}`)).status, 422, bad)
  }
})

test('results are sorted as asked, and otherwise by gate and permission', async (t) => {
  const server = await startServer(t)
  await shop(server, 'b', [offer('p', { [PRICE]: 10, [UPTIME]: 9000 }), offer('q', { [PRICE]: 10 })])
  await shop(server, 'a', ['p', offer('q', { [PRICE]: 30, [RESPONSE]: 50, [UPTIME]: 9999 })])
  await shop(server, 'c', [offer('p', { [PRICE]: 20, [RESPONSE]: 40 })])
  assert.deepEqual(await found(server, 'capability=*'), ['a p', 'a q', 'b p', 'b q', 'c p'])
  assert.deepEqual(await found(server, 'capability=*&sort=price_asc'), ['a p', 'b p', 'b q', 'c p', 'a q'])
  assert.deepEqual(await found(server, 'capability=*&sort=price_desc'), ['a q', 'c p', 'b p', 'b q', 'a p'])
  assert.deepEqual(await found(server, 'capability=*&sort=uptime_desc'), ['a q', 'b p', 'a p', 'b q', 'c p'])
  assert.deepEqual(await found(server, 'capability=*&sort=response_asc'), ['c p', 'a q', 'a p', 'b p', 'b q'])
})

test('pages hold every result once, and say how many there are', async (t) => {
  const server = await startServer(t)
  const keys = Array.from({ length: 25 }, (_, index) => `p:${String(index).padStart(2, '0')}`)
  await shop(server, 'a', keys.slice(0, 15))
  await shop(server, 'b', keys.slice(15))
  const seen: string[] = []
  for (const offset of [0, 10, 20, 30]) {
    const { body } = await discover(server, `capability=p:*&limit=10&offset=${offset}`)
    assert.deepEqual([body.total, body.limit, body.offset], [25, 10, offset])
    seen.push(...body.results.map(({ permission_key }: { permission_key: string }) => permission_key))
    const grouped = body.gates.flatMap(({ permissions }: { permissions: unknown[] }) => permissions)
    assert.deepEqual(grouped, body.results)
  }
  assert.deepEqual(seen, keys)
})
