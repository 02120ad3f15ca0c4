import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, type Harness, startServer } from './harness.ts'

async function passportWith(server: Harness, constraints: Record<string, unknown>): Promise<string> {
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent-1',
    permissions: ['buy', 'read'],
    constraints,
  })
  assert.equal(issued.status, 201, issued.text)
  return issued.body.passport_id
}

function count(answers: readonly Answer[], decision: string): number {
  return answers.filter((answer) => answer.body.decision === decision).length
}

test('200 parallel requests of 100 cents on a budget of 1,000 permit exactly 10', async (t) => {
  const server = await startServer(t)
  const id = await passportWith(server, { 'core:cost:max_cumulative': 1000 })
  const answers = await Promise.all(
    Array.from({ length: 200 }, () =>
      server.request('POST', '/api/enforce', { passport_id: id, action: 'buy', cost_cents: 100 }),
    ),
  )
  assert.equal(count(answers, 'PERMIT'), 10)
  assert.equal(count(answers, 'BLOCK'), 190)
  const sequence = answers.map((answer) => answer.body.sequence_number).sort((a, b) => a - b)
  assert.deepEqual(
    sequence,
    Array.from({ length: 200 }, (_, index) => index + 1),
  )
})

test('200 parallel requests on a rate of 7 a minute permit exactly 7', async (t) => {
  const server = await startServer(t)
  const id = await passportWith(server, { 'core:rate:max_per_minute': 7 })
  const answers = await Promise.all(
    Array.from({ length: 200 }, () =>
      server.request('POST', '/api/enforce', { passport_id: id, action: 'read' }),
    ),
  )
  assert.equal(count(answers, 'PERMIT'), 7)
})

test('spending that reaches the cap exactly is permitted, and one cent more is not', async (t) => {
  const server = await startServer(t)
  const id = await passportWith(server, { 'core:cost:max_cumulative': 1000 })
  const enforce = (cost_cents: number) =>
    server.request('POST', '/api/enforce', { passport_id: id, action: 'buy', cost_cents })
  assert.equal((await enforce(1000)).body.decision, 'PERMIT')
  const over = await enforce(1)
  assert.equal(over.body.decision, 'BLOCK')
  assert.equal(over.body.blocked_by, 'core:cost:max_cumulative')
  assert.equal(over.body.remaining_cents, 0)
  assert.equal((await enforce(0)).body.decision, 'PERMIT')
})

test('blocked and held requests consume no budget and no rate, and a hold is reserved once', async (t) => {
  const server = await startServer(t)
  const id = await passportWith(server, {
    'core:cost:max_cumulative': 1000,
    'core:cost:max_per_action': 600,
    'core:cost:approval_threshold': 400,
    'core:rate:max_per_minute': 2,
  })
  const enforce = (cost_cents: number) =>
    server.request('POST', '/api/enforce', { passport_id: id, action: 'buy', cost_cents })
  for (let i = 0; i < 5; i += 1) assert.equal((await enforce(601)).body.decision, 'BLOCK')
  const held = await enforce(500)
  assert.equal(held.body.decision, 'SUSPEND')
  assert.match(held.body.approval_request_id, /^hold_/)
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await enforce(500)).body.approval_request_id, held.body.approval_request_id)
  }
  // 500 of 1,000 are reserved once: another hold of 600 has no room, 400 without a hold has.
  assert.equal((await enforce(600)).body.blocked_by, 'core:cost:max_cumulative')
  assert.equal((await enforce(400)).body.decision, 'PERMIT')
  assert.equal((await enforce(100)).body.decision, 'PERMIT')
  assert.equal((await enforce(0)).body.blocked_by, 'core:rate:max_per_minute')
})

test('a hold expires by itself and gives its reservation back', async (t) => {
  const server = await startServer(t, { MODEI_APPROVAL_TTL: '300' })
  server.clock.at = Date.UTC(2027, 0, 15, 12)
  const id = await passportWith(server, {
    'core:cost:max_cumulative': 1000,
    'core:cost:approval_threshold': 400,
  })
  const enforce = (cost_cents: number) =>
    server.request('POST', '/api/enforce', { passport_id: id, action: 'buy', cost_cents })
  const first = await enforce(1000)
  assert.equal(first.body.decision, 'SUSPEND')
  assert.equal((await enforce(1)).body.decision, 'BLOCK')
  server.clock.at += 300_000 - 1
  assert.equal((await enforce(1)).body.decision, 'BLOCK')
  server.clock.at += 1
  assert.equal((await enforce(1)).body.decision, 'PERMIT')
  const again = await enforce(999)
  assert.equal(again.body.decision, 'SUSPEND')
  assert.notEqual(again.body.approval_request_id, first.body.approval_request_id)
})

test('no interval of a minute holds more permits than the limit, and the next one fits when the answer says', async (t) => {
  const server = await startServer(t)
  server.clock.at = Date.UTC(2027, 0, 15, 12, 0, 59)
  const id = await passportWith(server, { 'core:rate:max_per_minute': 3 })
  const enforce = () => server.request('POST', '/api/enforce', { passport_id: id, action: 'read' })
  for (let i = 0; i < 3; i += 1) assert.equal((await enforce()).body.decision, 'PERMIT')
  server.clock.at += 2000
  const refused = await enforce()
  assert.equal(refused.body.decision, 'BLOCK')
  const [evaluation] = refused.body.evaluations
  server.clock.at = Date.parse(evaluation.resets_at) - 1
  assert.equal((await enforce()).body.decision, 'BLOCK')
  server.clock.at += 1
  assert.equal((await enforce()).body.decision, 'PERMIT')
})

test('a clock set back neither frees a budget nor reorders a passport', async (t) => {
  const server = await startServer(t)
  server.clock.at = Date.UTC(2027, 0, 15, 12)
  const id = await passportWith(server, { 'core:rate:max_per_minute': 1 })
  const enforce = () => server.request('POST', '/api/enforce', { passport_id: id, action: 'read' })
  const first = await enforce()
  server.clock.at -= 3_600_000
  const second = await enforce()
  assert.equal(second.body.decision, 'BLOCK')
  assert.ok(second.body.evaluated_at >= first.body.evaluated_at)
})

test('spending whose sum would not be exact is blocked, and the chain stays verifiable', async (t) => {
  const server = await startServer(t)
  const id = await passportWith(server, {})
  const enforce = (cost_cents: number, key: string) =>
    server.request(
      'POST',
      '/api/enforce',
      { passport_id: id, action: 'buy', cost_cents },
      { headers: { 'idempotency-key': key } },
    )
  assert.equal((await enforce(100, 'a')).body.decision, 'PERMIT')
  const huge = await enforce(Number.MAX_SAFE_INTEGER, 'b')
  assert.equal(huge.status, 200, huge.text)
  assert.equal(huge.body.decision, 'BLOCK')
  assert.equal(huge.body.blocked_by, 'cost_invalid')
  assert.equal((await enforce(Number.MAX_SAFE_INTEGER, 'b')).text, huge.text)
  assert.equal((await enforce(Number.MAX_SAFE_INTEGER - 100, 'c')).body.decision, 'PERMIT')
  assert.equal((await enforce(1, 'd')).body.decision, 'BLOCK')
  const log = (await server.request('GET', '/api/gates/gate_shop/attestations')).body
  assert.equal(log.length, 4)
  for (const { id } of log) {
    assert.equal((await server.request('POST', `/api/attestations/${id}/verify`)).body.valid, true)
  }
})
