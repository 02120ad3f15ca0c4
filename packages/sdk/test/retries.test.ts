import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ModeiClient, ModeiError, RateLimitError } from 'modei'
import { inTurn, problem, type Reaction, type Reply, tinyServer } from './tiny-server.ts'

const ENFORCE = { passport_id: 'pp_1', action: 'flights:book', cost_cents: 900 }
const STATEMENT = {
  assertion_json: {
    passport_id: 'pp_1',
    action: 'revoke',
    nonce: 'n',
    revoked_at: '2026-01-01T00:00:00.000Z',
  },
  assertion_signature: 's',
} as const

/** A failure that asks to be retried at once, so that no test waits. */
function atOnce(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, 'retry-after': '0' } }
}

const PASSING: Record<string, Reaction> = {
  'a broken connection': 'break',
  '429': atOnce(problem(429, 'rate_limited')),
  '502 from a proxy': atOnce({ status: 502, body: '<html>' }),
  '503': atOnce(problem(503, 'unavailable')),
  '504': atOnce({ status: 504 }),
  'the first try still running': atOnce(problem(409, 'idempotency_in_flight')),
}

suite('what passes is tried again', () => {
  for (const [name, failure] of Object.entries(PASSING)) {
    test(`a read succeeds after ${name}`, async () => {
      await using server = await tinyServer(inTurn(failure, failure, { body: [] }))
      const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
      assert.deepEqual(await client.listGates(), [])
      assert.equal(server.seen.length, 3)
    })
  }

  test('a decision keeps its idempotency key and its body over the tries, and the next decision has another', async () => {
    const failure = atOnce(problem(503, 'unavailable'))
    await using server = await tinyServer(inTurn(failure, failure, { body: { decision: 'PERMIT' } }))
    const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
    await client.enforceAction(ENFORCE)
    await client.enforceAction(ENFORCE)
    const [first, second, third, other] = server.seen.map(({ headers }) => headers['idempotency-key'])
    assert.match(String(first), /^[0-9a-f]{32}$/)
    assert.deepEqual([second, third], [first, first])
    assert.notEqual(other, first)
    assert.deepEqual(new Set(server.seen.map(({ text }) => text)), new Set([JSON.stringify(ENFORCE)]))
  })

  test("the caller's idempotency key is the one that is sent", async () => {
    await using server = await tinyServer(inTurn('break', {}))
    const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
    await client.enforceAction(ENFORCE, { idempotencyKey: 'order-17' })
    assert.deepEqual(
      server.seen.map(({ headers }) => headers['idempotency-key']),
      ['order-17', 'order-17'],
    )
  })

  test('a timed out try is repeated', async () => {
    await using server = await tinyServer(inTurn('hang', { body: [] }))
    const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url, timeoutMs: 200 })
    assert.deepEqual(await client.listGates(), [])
  })

  test('a client without a key repeats what is safe', async () => {
    await using server = await tinyServer(
      inTurn(atOnce(problem(503, 'unavailable')), { body: { gate_id: 'gate_a' } }),
    )
    await new ModeiClient({ apiKey: null, baseUrl: server.url }).getGatePublic('gate_a')
    assert.equal(server.seen.length, 2)
  })
})

suite('what does not pass, or must not happen twice, is tried once', () => {
  const final: Record<string, Reply> = {
    '400': problem(400, 'malformed_json'),
    '401': problem(401, 'unauthenticated'),
    '403': problem(403, 'forbidden'),
    '404': problem(404, 'not_found'),
    '409': problem(409, 'conflict'),
    '422': problem(422, 'request_invalid'),
    '500': problem(500, 'internal'),
    'an answer that is not JSON': { body: '<html>' },
  }
  for (const [name, reply] of Object.entries(final)) {
    test(name, async () => {
      await using server = await tinyServer(() => atOnce(reply))
      const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
      await assert.rejects(client.listGates(), ModeiError)
      assert.equal(server.seen.length, 1)
    })
  }

  test('a call that the table calls never repeatable, even with an idempotency key', async () => {
    await using server = await tinyServer(() => 'break')
    const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
    const call = client.revokeSelfIssuedPassport('pp_1', STATEMENT, { idempotencyKey: 'k' })
    await assert.rejects(call, { code: 'connection_failed' })
    assert.equal(server.seen.length, 1)
  })

  test('a decision without an API key, for a server ignores the idempotency key of a stranger', async () => {
    await using server = await tinyServer(() => 'break')
    const client = new ModeiClient({ apiKey: null, baseUrl: server.url })
    await assert.rejects(client.checkGate('gate_a', { action: 'read' }), { code: 'connection_failed' })
    assert.equal(server.seen.length, 1)
  })

  test('a server that asks for more patience than a minute', async () => {
    const busy = { ...problem(429, 'rate_limited'), headers: { 'retry-after': '3600' } }
    await using server = await tinyServer(() => busy)
    const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
    await assert.rejects(
      client.listGates(),
      (error) => error instanceof RateLimitError && error.retryAfter === 3600,
    )
    assert.equal(server.seen.length, 1)
  })

  test('an idempotency key that no header can carry', async () => {
    await using server = await tinyServer(() => ({}))
    const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
    for (const idempotencyKey of ['', 'a b', 'a\nb', 'é', 'x'.repeat(256)]) {
      await assert.rejects(client.enforceAction(ENFORCE, { idempotencyKey }), TypeError)
    }
    assert.equal(server.seen.length, 0)
  })
})

test('the tries end after as many retries as the client was made with, and the last error is the answer', async () => {
  for (const retries of [0, 1, 3]) {
    await using server = await tinyServer(() => atOnce(problem(503, 'unavailable')))
    const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url, retries })
    await assert.rejects(client.listGates(), { code: 'unavailable', statusCode: 503 })
    assert.equal(server.seen.length, 1 + retries)
  }
})
