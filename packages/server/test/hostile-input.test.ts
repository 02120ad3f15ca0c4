import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Harness, startServer } from './harness.ts'

async function passport(server: Harness): Promise<string> {
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent-1',
    permissions: ['buy'],
  })
  return issued.body.passport_id
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

const BODIES: readonly [name: string, raw: (id: string) => string, status: number, code: string][] = [
  ['malformed JSON', () => '{"action":', 400, 'malformed_json'],
  ['a trailing comma', () => '{"action":"buy",}', 400, 'malformed_json'],
  ['NaN', (id) => `{"passport_id":"${id}","action":"buy","cost_cents":NaN}`, 400, 'malformed_json'],
  ['an array', () => '[]', 422, 'request_invalid'],
  ['a bare string', () => '"buy"', 422, 'request_invalid'],
  ['null', () => 'null', 422, 'request_invalid'],
  ['an empty body', () => '', 422, 'request_invalid'],
  [
    'duplicate keys',
    (id) => `{"passport_id":"${id}","action":"buy","cost_cents":1,"cost_cents":9999}`,
    422,
    'request_invalid',
  ],
  [
    '__proto__',
    (id) => `{"passport_id":"${id}","action":"buy","metadata":{"__proto__":{"x":1}}}`,
    422,
    'request_invalid',
  ],
  [
    'constructor',
    (id) => `{"passport_id":"${id}","action":"buy","metadata":{"constructor":1}}`,
    422,
    'request_invalid',
  ],
  [
    'a lone surrogate',
    (id) => `{"passport_id":"${id}","action":"buy","target":"\\ud800"}`,
    422,
    'request_invalid',
  ],
  [
    'a length that is no number where a text should be',
    (id) => `{"passport_id":"${id}","action":{"length":{"valueOf":1,"toString":1}}}`,
    422,
    'request_invalid',
  ],
  [
    'a negative cost',
    (id) => `{"passport_id":"${id}","action":"buy","cost_cents":-100}`,
    422,
    'request_invalid',
  ],
  [
    'a fractional cost',
    (id) => `{"passport_id":"${id}","action":"buy","cost_cents":0.5}`,
    422,
    'request_invalid',
  ],
  [
    'a cost of 2^53',
    (id) => `{"passport_id":"${id}","action":"buy","cost_cents":9007199254740992}`,
    422,
    'request_invalid',
  ],
  [
    'an infinite cost',
    (id) => `{"passport_id":"${id}","action":"buy","cost_cents":1e999}`,
    422,
    'request_invalid',
  ],
  [
    'a cost as text',
    (id) => `{"passport_id":"${id}","action":"buy","cost_cents":"100"}`,
    422,
    'request_invalid',
  ],
  ['an unknown field', (id) => `{"passport_id":"${id}","action":"buy","cost":1}`, 422, 'request_invalid'],
  ['an empty action', (id) => `{"passport_id":"${id}","action":""}`, 422, 'request_invalid'],
  [
    'an action of 10,000 characters',
    (id) => `{"passport_id":"${id}","action":"${'a'.repeat(10_000)}"}`,
    422,
    'request_invalid',
  ],
  [
    'a target of 10,000 characters',
    (id) => `{"passport_id":"${id}","action":"buy","target":"${'a'.repeat(10_000)}"}`,
    422,
    'request_invalid',
  ],
  ['an id that climbs', () => '{"passport_id":"../../x","action":"buy"}', 422, 'request_invalid'],
  ['an id named constructor', () => '{"passport_id":"constructor","action":"buy"}', 422, 'request_invalid'],
  ['no passport', () => '{"action":"buy"}', 422, 'request_invalid'],
  [
    'nesting of 100',
    (id) => `{"passport_id":"${id}","action":"buy","metadata":{"a":${nested(100)}}}`,
    422,
    'request_invalid',
  ],
]

test('every hostile body gets a clear error, records nothing, and leaves the server up', async (t) => {
  const server = await startServer(t)
  const id = await passport(server)
  for (const [name, raw, status, code] of BODIES) {
    await t.test(name, async () => {
      const answer = await server.request('POST', '/api/enforce', undefined, { raw: raw(id) })
      assert.equal(answer.status, status, answer.text)
      assert.equal(answer.body.code, code, answer.text)
      assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
      assert.equal(answer.body.message, answer.body.detail)
      assert.equal(answer.body.request_id, answer.headers.get('x-request-id'))
      if (status === 422) assert.ok(answer.body.errors.length >= 1)
    })
  }
  const log = await server.request('GET', '/api/gates/gate_shop/attestations')
  assert.deepEqual(log.body, [])
  assert.equal((await server.request('GET', '/healthz')).status, 200)
})

test('all bad fields are named at once', async (t) => {
  const server = await startServer(t)
  const answer = await server.request('POST', '/api/gates', {
    name: '',
    gate_id: '../x',
    profile: 'L9',
    colour: 1,
  })
  assert.equal(answer.status, 422)
  assert.deepEqual(answer.body.errors.map((error: { pointer: string }) => error.pointer).sort(), [
    '/body/colour',
    '/body/gate_id',
    '/body/name',
    '/body/profile',
  ])
})

test('a body over the limit of its route is refused before it is read', async (t) => {
  const server = await startServer(t)
  const raw = JSON.stringify({ name: 'x'.repeat(1024 * 1024), gate_id: 'x' })
  const answer = await server.request('POST', '/api/gates', undefined, { raw })
  assert.equal(answer.status, 413)
  assert.equal(answer.body.code, 'body_too_large')
})

test('a body that is not JSON is refused by its type', async (t) => {
  const server = await startServer(t)
  const answer = await server.request('POST', '/api/gates', undefined, {
    raw: 'name=x',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(answer.status, 415)
})

test('ids that climb out of a path or are percent-encoded reach nothing', async (t) => {
  const server = await startServer(t)
  await passport(server)
  for (const id of [
    '..',
    '%2e%2e',
    '%2e%2e%2fgate_shop',
    'gate_shop%2f..',
    'gate_shop%00',
    'GATE_SHOP',
    'constructor',
    '%zz',
  ]) {
    const answer = await server.request('GET', `/api/gates/${id}/public`)
    assert.ok([404, 422].includes(answer.status), `${id}: ${answer.status}`)
  }
})

test('an unknown constraint key is refused and the nearest one named', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const answer = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent-1',
    permissions: ['buy'],
    constraints: { 'core:cost:max_per_acton': 5, 'core:rate:max_per_minute': -1, sell: {} },
  })
  assert.equal(answer.status, 422)
  const errors: { pointer: string; message: string }[] = answer.body.errors
  assert.equal(errors.length, 3)
  assert.match(errors[0]?.message ?? '', /core:cost:max_per_action/)
  assert.equal((await server.request('GET', '/api/gates/gate_shop/passports')).body.length, 0)
})

test('DELETE and empty POST with a JSON content type work', async (t) => {
  const server = await startServer(t)
  const id = await passport(server)
  const check = await server.request('POST', '/api/gates/gate_shop/check', { action: 'buy', passport_id: id })
  const verified = await server.request('POST', `/api/attestations/${check.body.attestation_id}/verify`)
  assert.equal(verified.status, 200, verified.text)
  assert.equal(verified.body.valid, true)
  assert.equal((await server.request('DELETE', `/api/gates/gate_shop/passports/${id}`)).status, 200)
})

test('a thousand permissions with a large flat limit are refused, and the server goes on', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const actions = Array.from({ length: 1000 }, (_, index) => `a${index}${'x'.repeat(200)}`)
  const answer = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent-1',
    permissions: Array.from({ length: 1000 }, (_, index) => `action-${index}`),
    constraints: { 'core:scope:action_allowlist': actions },
  })
  assert.equal(answer.status, 422, answer.text.slice(0, 300))
  assert.match(answer.text, /envelope_too_large/)
  assert.equal((await server.request('GET', '/api/gates/gate_shop')).status, 200)
})
