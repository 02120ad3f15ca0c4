import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inline, makeAgent, selfIssue } from './agents.ts'
import { assertNeedsScope, assertRefused } from './answers.ts'
import { type Answer, type Harness, masked, startServer } from './harness.ts'
import { issue, openGate, PRICE, publish } from './shop.ts'

const NOON = Date.UTC(2027, 0, 15, 12)

interface Asked {
  action: string
  cost_cents?: number
  target?: string
}

function dryRun(
  server: Harness,
  passport: object,
  { action, ...more }: Asked,
  extra: object = {},
): Promise<Answer> {
  return server.request('POST', '/api/authorize/dry-run', {
    gate_id: 'gate_shop',
    passport,
    requested_permission: action,
    ...more,
    ...extra,
  })
}

/** Everything that a decision could leave behind. */
async function traces(server: Harness): Promise<string> {
  const { read } = server.store
  const rows = await Promise.all([
    read.selectFrom('attestations').selectAll().execute(),
    read.selectFrom('counters').selectAll().execute(),
    read.selectFrom('approvals').selectAll().execute(),
    read.selectFrom('nonces').selectAll().execute(),
    read.selectFrom('chains').selectAll().execute(),
  ])
  return JSON.stringify(rows)
}

/** Asks for a dry run, then for real, and holds the one to the other. */
async function assertForetold(server: Harness, passport_id: string, asked: Asked): Promise<void> {
  const before = await traces(server)
  const foretold = await dryRun(server, { passport_id }, asked)
  assert.equal(foretold.status, 200, foretold.text)
  assert.equal(await traces(server), before)
  const { cost_cents: _, ...checked } = asked
  const check = await server.request('POST', '/api/gates/gate_shop/check', { passport_id, ...checked })
  const enforce = await server.request('POST', '/api/enforce', { passport_id, ...asked })
  const told = foretold.body
  assert.equal(told.decision, check.body.decision)
  assert.deepEqual(told.checks, check.body.checks)
  assert.equal(told.enforce_decision, enforce.body.decision)
  assert.deepEqual(told.evaluations, enforce.body.evaluations)
  assert.equal(told.blocked_by, enforce.body.blocked_by ?? check.body.reason_code)
  assert.equal(told.reason_code, check.body.reason_code ?? enforce.body.reason)
  assert.equal(told.allowed, check.body.allowed && enforce.body.decision === 'PERMIT')
  assert.equal(told.would_record, false)
}

const constraints = fc.record(
  {
    'core:rate:max_per_minute': fc.integer({ min: 0, max: 4 }),
    'core:rate:max_total': fc.integer({ min: 1, max: 6 }),
    'core:rate:min_interval_ms': fc.constantFrom(0, 500, 20_000),
    'core:cost:max_cumulative': fc.integer({ min: 0, max: 300 }),
    'core:cost:cumulative_window': fc.constantFrom('total', 'hourly', '2m'),
    'core:cost:max_per_action': fc.integer({ min: 40, max: 120 }),
    'core:cost:approval_threshold': fc.integer({ min: 50, max: 120 }),
    'core:approval:new_target': fc.boolean(),
    'core:scope:domain_allowlist': fc.constant(['a.example', 'b.example']),
    'core:scope:action_blocklist': fc.constant(['shop:refund']),
    'core:data:read_only': fc.boolean(),
    'core:time:not_after': fc.constant('2027-01-15T12:01:30.000Z'),
    'core:policy:expression': fc.constant('cost_cents < 90'),
    'core:safety:fail_closed': fc.boolean(),
  },
  { requiredKeys: [] },
)

const step = fc.record({
  wait: fc.constantFrom(0, 0, 400, 15_000, 61_000),
  action: fc.constantFrom('shop:read', 'shop:buy', 'shop:refund', 'other'),
  cost_cents: fc.option(fc.integer({ min: 0, max: 130 }), { nil: undefined }),
  target: fc.option(fc.constantFrom('https://a.example/x', 'https://c.example'), { nil: undefined }),
  beat: fc.boolean(),
})

test('a dry run answers exactly what the check and the enforcement that follow it answer', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [
    'shop:read',
    { permission_key: 'shop:buy', constraints: { [PRICE]: 25, 'core:rate:max_per_hour': 5 } },
    { permission_key: 'shop:refund', risk_level: 'high', min_trust_level: 3 },
  ])
  await fc.assert(
    fc.asyncProperty(
      constraints,
      constraints,
      fc.array(step, { minLength: 1, maxLength: 8 }),
      async (granted, set, steps) => {
        server.clock.at = NOON
        const { passport_id } = await issue(server, ['shop:*'], { constraints: granted })
        const put = await server.request('PUT', `/api/passports/${passport_id}/constraints`, {
          'shop:*': set,
        })
        // What would loosen the grant is refused, and the grant alone is in force.
        assert.ok([200, 422].includes(put.status), put.text)
        for (const { wait, beat, action, cost_cents, target } of steps) {
          server.clock.at = (server.clock.at ?? NOON) + wait
          if (beat) await server.request('POST', '/api/supervision/heartbeat')
          await assertForetold(server, passport_id, {
            action,
            ...(cost_cents === undefined ? {} : { cost_cents }),
            ...(target === undefined ? {} : { target }),
          })
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('a dry run tells what stops an action, and all that was judged', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], {
    constraints: { 'core:cost:max_per_day': 100, 'core:cost:approval_threshold': 50 },
  })
  const yes = await dryRun(server, { passport_id }, { action: 'buy', cost_cents: 50 })
  assert.deepEqual(
    [yes.body.allowed, yes.body.decision, yes.body.enforce_decision, yes.body.reason_code],
    [true, 'allow', 'PERMIT', null],
  )
  assert.equal(yes.body.constraints_satisfied, true)
  assert.equal(yes.body.evaluations.length, 2)
  const held = await dryRun(server, { passport_id }, { action: 'buy', cost_cents: 51 })
  assert.deepEqual(
    [held.body.allowed, held.body.decision, held.body.enforce_decision, held.body.blocked_by],
    [false, 'allow', 'SUSPEND', 'core:cost:approval_threshold'],
  )
  assert.equal(held.body.constraints_satisfied, false)
  const over = await dryRun(server, { passport_id }, { action: 'buy', cost_cents: 101 })
  assert.deepEqual(
    [over.body.allowed, over.body.enforce_decision, over.body.reason_code],
    [false, 'BLOCK', 'cost_day_exceeded'],
  )
  const other = await dryRun(server, { passport_id }, { action: 'sell' })
  assert.deepEqual(
    [other.body.decision, other.body.enforce_decision, other.body.reason_code],
    ['deny', 'BLOCK', 'permission_not_granted'],
  )
  assert.equal(other.body.constraints_satisfied, false)
})

test('requested constraints are judged among those in force in their order, and by what was used so far', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const { passport_id: dear } = await issue(server, ['buy'], {
    constraints: { 'core:cost:max_per_action': 10 },
  })
  await server.request('POST', '/api/enforce', { passport_id, action: 'buy', cost_cents: 60 })
  const with_ = (requested_constraints: object, cost_cents = 40) =>
    dryRun(server, { passport_id }, { action: 'buy', cost_cents }, { requested_constraints })
  assert.equal((await with_({ 'core:cost:max_cumulative': 100 })).body.allowed, true)
  const over = await with_({ 'core:cost:max_cumulative': 99 })
  assert.equal(over.body.allowed, false)
  assert.equal(over.body.blocked_by, 'core:cost:max_cumulative')
  assert.equal(over.body.evaluations.at(-1).source, 'request')
  assert.equal(
    (await with_({ buy: { 'core:rate:max_per_hour': 1 } })).body.blocked_by,
    'core:rate:max_per_hour',
  )
  assert.equal(
    (await with_({ 'core:cost:cumulative_window': '1h', 'core:cost:max_cumulative': 99 })).body.allowed,
    false,
  )
  const earlier = { 'core:scope:action_blocklist': ['buy'] }
  const first = await dryRun(
    server,
    { passport_id: dear },
    { action: 'buy', cost_cents: 40 },
    { requested_constraints: earlier },
  )
  assert.equal(first.body.blocked_by, 'core:scope:action_blocklist', 'what is judged first names the block')
  const before = await traces(server)
  const unknown = await with_({ 'core:rate:max_per_minit': 1, 'core:cost:max_per_day': -1, sell: {} })
  assert.equal(unknown.status, 422)
  assert.deepEqual(unknown.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort(), [
    '/body/requested_constraints/core:cost:max_per_day',
    '/body/requested_constraints/core:rate:max_per_minit',
    '/body/requested_constraints/sell',
  ])
  assert.equal(await traces(server), before)
})

test('a passport may be named, given as it was answered, or given as an envelope with its signature', async (t) => {
  const server = await startServer(t)
  await openGate(server, 'gate_shop', { allow_self_issued: true })
  const answered = await issue(server, ['buy'], { expires_in: '1y' })
  const registered = selfIssue()
  await server.request('POST', '/api/passports/register', inline(registered), { key: null })
  const unregistered = selfIssue()
  const accepted: readonly (readonly [string, object])[] = [
    ['an id', { passport_id: answered.passport_id }],
    ['an id with anything beside it', { passport_id: answered.passport_id, permissions: [], status: 'x' }],
    ['a Passport', answered],
    ['an envelope as text', { passport_json: answered.passport_json, signature: answered.signature }],
    [
      'an envelope as an object',
      { passport_json: JSON.parse(answered.passport_json), signature: answered.signature },
    ],
    ['the members of an envelope', { ...JSON.parse(answered.passport_json), signature: answered.signature }],
    ['the id of a registered one', { passport_id: registered.id }],
    ['a registered one', inline(registered)],
    ['one that nobody registered', inline(unregistered)],
  ]
  for (const [name, passport] of accepted) {
    const answer = await dryRun(server, passport, { action: 'buy' })
    assert.equal(answer.body.allowed, true, `${name}: ${answer.text}`)
  }
  const forged = { ...inline(unregistered), signature: inline(registered).signature }
  const refused: readonly (readonly [string, object, string])[] = [
    ['another signature', forged, 'signature_invalid'],
    ['an issued one, changed', { ...answered, signature: registered.signature }, 'signature_invalid'],
    ['an unknown id', { passport_id: 'pp_000000000000000000000000' }, 'passport_not_found'],
    ['one that is no envelope', { passport_json: {}, signature: 'AA==' }, 'invalid_envelope_shape'],
    [
      'a forgery of its own issuing',
      { ...inline(selfIssue(makeAgent(), { issuedAt: NOON + 1e9, expiresAt: NOON + 2e9 })) },
      'invalid_envelope_shape',
    ],
  ]
  for (const [name, passport, reason] of refused) {
    const answer = await dryRun(server, passport, { action: 'buy' })
    assert.equal(answer.status, 200)
    assert.deepEqual(
      [answer.body.allowed, answer.body.decision, answer.body.enforce_decision, answer.body.reason_code],
      [false, 'deny', 'BLOCK', reason],
      name,
    )
  }
  await assertRefused(
    server,
    ['POST', '/api/authorize/dry-run'],
    [{}, { passport_id: '..' }, { signature: 'AA==' }, { passport_id: 7 }].map((passport) => [
      '/body/passport',
      { gate_id: 'gate_shop', passport, requested_permission: 'buy' },
    ]),
  )
})

test('where the gate demands proof of possession, a dry run says that it is missing', async (t) => {
  const server = await startServer(t)
  await openGate(server, 'gate_shop', { profile: 'L3' })
  const { passport_id } = await issue(server, ['buy'])
  const answer = await dryRun(server, { passport_id }, { action: 'buy' })
  assert.deepEqual([answer.body.allowed, answer.body.reason_code], [false, 'missing_assertion'])
  await assertForetold(server, passport_id, { action: 'buy' })
})

test('a dry run uses up no share of a self-issued passport, and knows when it is used up', async (t) => {
  const server = await startServer(t, { MODEI_SELF_ISSUED_CEILING: '2' })
  await openGate(server, 'gate_shop', { allow_self_issued: true })
  const held = selfIssue()
  await server.request('POST', '/api/passports/register', inline(held), { key: null })
  const ask = async () => (await dryRun(server, { passport_id: held.id }, { action: 'buy' })).body
  for (let i = 0; i < 5; i += 1) assert.equal((await ask()).allowed, true)
  for (let i = 0; i < 2; i += 1) {
    await server.request('POST', '/api/enforce', { passport_id: held.id, action: 'buy' })
  }
  const last = await ask()
  assert.deepEqual([last.allowed, last.reason_code], [false, 'self_issued_platform_ceiling_exceeded'])
})

test('revoked, expired and foreign passports are told apart from good ones as check would', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  await openGate(server, 'gate_two')
  const good = await issue(server, ['buy'])
  const foreign = await issue(server, ['buy'], {}, 'gate_two')
  const reason = async (passport_id: string) =>
    (await dryRun(server, { passport_id }, { action: 'buy' })).body.reason_code
  assert.equal(await reason(foreign.passport_id), 'issuer_untrusted')
  await assertForetold(server, foreign.passport_id, { action: 'buy' })
  await server.request('DELETE', `/api/gates/gate_shop/passports/${good.passport_id}`)
  assert.equal(await reason(good.passport_id), 'passport_revoked')
  const short = await issue(server, ['buy'], { expires_in_seconds: 60 })
  server.clock.at += 60_000
  assert.equal(await reason(short.passport_id), 'passport_expired')
})

test('another workspace’s gates and passports are unknown, and the words follow the version', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const run = (gate_id: string, id: string) =>
    server.request(
      'POST',
      '/api/authorize/dry-run',
      { gate_id, passport: { passport_id: id }, requested_permission: 'buy' },
      { key: server.keys.other },
    )
  const foreign = await run('gate_shop', passport_id)
  assert.equal(foreign.status, 404)
  assert.equal(masked(foreign, 'gate_shop'), masked(await run('gate_none', passport_id), 'gate_none'))
  await server.request('POST', '/api/gates', { name: 'x', gate_id: 'gate_other' }, { key: server.keys.other })
  const unknown = 'pp_000000000000000000000000'
  assert.equal(
    masked(await run('gate_other', passport_id), passport_id),
    masked(await run('gate_other', unknown), unknown),
  )
  const body = { gate_id: 'gate_shop', passport: { passport_id }, requested_permission: 'sell' }
  const headers = { 'modei-version': '2026-05-14' }
  const modern = await server.request('POST', '/api/authorize/dry-run', body, { headers })
  assert.deepEqual([modern.body.decision, modern.body.enforce_decision], ['block', 'block'])
  await server.request('DELETE', '/api/gates/gate_shop')
  assert.equal((await server.request('POST', '/api/authorize/dry-run', body)).status, 404)
})

test('a dry run needs a scope of enforcement and a body of the right form', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const good = {
    gate_id: 'gate_shop',
    passport: { passport_id: 'pp_000000000000000000000000' },
    requested_permission: 'buy',
  }
  await assertNeedsScope(server, 'enforcement:read', ['POST', '/api/authorize/dry-run', good])
  for (const scope of ['enforcement:read', 'enforcement:write', 'enforce:write']) {
    const key = await server.keyWith(scope)
    assert.equal((await server.request('POST', '/api/authorize/dry-run', good, { key })).status, 200)
  }
  await assertRefused(
    server,
    ['POST', '/api/authorize/dry-run'],
    [
      ['/body/gate_id', { ...good, gate_id: '..' }],
      ['/body/passport', { ...good, passport: 'pp_1' }],
      ['/body/requested_permission', { ...good, requested_permission: '' }],
      ['/body/requested_constraints', { ...good, requested_constraints: [] }],
      ['/body/cost_cents', { ...good, cost_cents: 1.5 }],
      ['/body/target', { ...good, target: '' }],
      ['/body/action', { ...good, action: 'buy' }],
    ],
  )
})
