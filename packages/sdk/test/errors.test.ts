import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  AuthenticationError,
  AuthorizationError,
  ConflictError,
  ModeiClient,
  ModeiError,
  NotFoundError,
  RateLimitError,
  ValidationError,
} from 'modei'
import { problem, type Reaction, tinyServer } from './tiny-server.ts'

async function failureOf(reaction: Reaction, timeoutMs = 5_000): Promise<ModeiError> {
  await using server = await tinyServer(() => reaction)
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url, retries: 0, timeoutMs })
  const error: unknown = await client.getGate('gate_a').then(
    () => assert.fail('the call succeeded'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ModeiError && error instanceof Error)
  return error
}

suite('a status becomes the error class of the Python package', () => {
  const classes: [number, typeof ModeiError][] = [
    [400, ValidationError],
    [401, AuthenticationError],
    [403, AuthorizationError],
    [404, NotFoundError],
    [409, ConflictError],
    [413, ModeiError],
    [415, ModeiError],
    [422, ValidationError],
    [429, RateLimitError],
    [500, ModeiError],
    [503, ModeiError],
  ]
  for (const [status, ErrorClass] of classes) {
    test(`${status} is a ${ErrorClass.name}`, async () => {
      const error = await failureOf(problem(status, 'some_code', { request_id: 'req_1' }))
      assert.equal(error.constructor, ErrorClass)
      assert.equal(error.name, ErrorClass.name)
      assert.equal(error.statusCode, status)
      assert.equal(error.code, 'some_code')
      assert.equal(error.message, 'it is some_code')
      assert.equal(error.requestId, 'req_1')
      assert.equal((error.body as { status: number }).status, status)
    })
  }
})

test('a validation error carries every bad field', async () => {
  const errors = [
    { pointer: '/body/cost_cents', message: 'must be a whole number' },
    { pointer: '/body/colour', message: 'unknown field' },
  ]
  const error = await failureOf(problem(422, 'request_invalid', { errors }))
  assert.ok(error instanceof ValidationError)
  assert.deepEqual(error.errors, errors)
})

suite('an answer that is no problem document still says what is known', () => {
  const answers: [string, Reaction, Partial<ModeiError>][] = [
    [
      'HTML of a proxy',
      { status: 502, body: '<html>' },
      { code: 'http_error', statusCode: 502, message: 'the server answered 502' },
    ],
    ['an empty body', { status: 404, body: '' }, { code: 'http_error', statusCode: 404 }],
    ['a JSON string', { status: 400, body: '"no"' }, { code: 'http_error', body: 'no' }],
    ['JSON null', { status: 400, body: 'null' }, { code: 'http_error', body: null }],
    [
      'an older error',
      { status: 403, body: { error: 'not yours' } },
      { code: 'http_error', message: 'not yours' },
    ],
    [
      'members of the wrong type',
      { status: 422, body: { code: 7, message: {}, errors: 'x' } },
      { code: 'http_error' },
    ],
    [
      'an id in the header alone',
      { status: 500, headers: { 'x-request-id': 'req_h' } },
      { requestId: 'req_h' },
    ],
    [
      'no JSON where JSON was due',
      { status: 200, body: 'ok' },
      { code: 'invalid_response', statusCode: 200 },
    ],
  ]
  for (const [name, reaction, expected] of answers) {
    test(name, async () => {
      const error = await failureOf(reaction)
      const known = Object.keys(expected).map((member) => [member, Reflect.get(error, member)])
      assert.deepEqual(Object.fromEntries(known), expected)
    })
  }
})

test('a broken connection and a refused one are `connection_failed` with their cause', async () => {
  const broken = await failureOf('break')
  assert.equal(broken.code, 'connection_failed')
  assert.ok(broken.cause instanceof Error)
  const refused = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: 'http://127.0.0.1:9', retries: 0 })
  await assert.rejects(refused.listGates(), { code: 'connection_failed', statusCode: undefined })
})

test('a server that does not answer in time is `timed_out`', async () => {
  assert.equal((await failureOf('hang', 50)).code, 'timed_out')
  const half: Reaction = { body: '{"gate_id"', headers: { 'content-length': '400' } }
  assert.equal((await failureOf(half, 50)).code, 'timed_out')
})

suite('`retryAfter` is in seconds', () => {
  const busy = problem(429, 'rate_limited')
  const cases: [string, Record<string, string>, number | undefined][] = [
    ['from seconds', { 'retry-after': '7' }, 7],
    [
      'from a date',
      { 'retry-after': 'Wed, 25 Nov 2026 10:00:30 GMT', date: 'Wed, 25 Nov 2026 10:00:00 GMT' },
      30,
    ],
    [
      'from a date in the past',
      { 'retry-after': 'Wed, 25 Nov 2026 09:00:00 GMT', date: 'Wed, 25 Nov 2026 10:00:00 GMT' },
      0,
    ],
    ['unknown when there is none', {}, undefined],
    ['unknown when it cannot be read', { 'retry-after': 'soon' }, undefined],
    ['unknown when it is negative', { 'retry-after': '-1' }, undefined],
  ]
  for (const [name, headers, expected] of cases) {
    test(name, async () => assert.equal((await failureOf({ ...busy, headers })).retryAfter, expected))
  }
})

suite('a bad argument is refused before anything is sent', () => {
  const bad: [string, (client: ModeiClient) => Promise<unknown>, new (...given: never[]) => Error][] = [
    ['an id that climbs', (client) => client.getGate('..'), ValidationError],
    ['an encoded id that climbs', (client) => client.getGate('%2e%2e'), ValidationError],
    ['an id with a slash', (client) => client.getGate('gate_a/keys'), ValidationError],
    ['an id with a query', (client) => client.getPassport('gate_a', 'pp_a?x=1'), ValidationError],
    ['an id of another kind', (client) => client.getSettlement('gate_a'), ValidationError],
    ['an id with a line break at its end', (client) => client.getGate('gate_a\n'), ValidationError],
    ['an empty id', (client) => client.getGate(''), ValidationError],
    ['a missing id', (client) => client.getGate(undefined as unknown as string), ValidationError],
    [
      'a version that is no number',
      (client) => client.getCatalogVersion('gate_a', '1/../..' as unknown as number),
      ValidationError,
    ],
    ['version zero', (client) => client.getCatalogVersion('gate_a', 0), ValidationError],
    ['NaN as money', (client) => client.enforceAction({ action: 'a', cost_cents: Number.NaN }), TypeError],
    [
      'Infinity as money',
      (client) => client.enforceAction({ action: 'a', cost_cents: Number.POSITIVE_INFINITY }),
      TypeError,
    ],
    ['NaN as a limit of a list', (client) => client.listGates({ limit: Number.NaN }), TypeError],
    ['an object in a query', (client) => client.listGates({ cursor: {} as unknown as string }), TypeError],
    [
      'undefined in a list',
      (client) => client.createApiKey({ name: 'k', scopes: [undefined as unknown as string] }),
      TypeError,
    ],
    [
      'a function in metadata',
      (client) => client.enforceAction({ action: 'a', metadata: { f: () => 1 } }),
      TypeError,
    ],
    ['a bigint', (client) => client.enforceAction({ action: 'a', metadata: { n: 1n } }), TypeError],
    ['a timeout of zero', (client) => client.listGates({}, { timeoutMs: 0 }), TypeError],
    [
      'a timeout that a timer cannot hold',
      (client) => client.listGates({}, { timeoutMs: 2 ** 31 }),
      TypeError,
    ],
  ]
  for (const [name, call, ErrorClass] of bad) {
    test(name, async () => {
      await using server = await tinyServer(() => ({}))
      const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
      await assert.rejects(call(client), ErrorClass)
      assert.equal(server.seen.length, 0)
    })
  }
})
