import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCounters } from '@modei/core'
import fc from 'fast-check'
import { assertion, delegate, heldFromAnswer, inline, makeAgent, selfIssue } from './agents.ts'
import { assertForeignIsUnknown, assertNeedsScope, assertRefused } from './answers.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { enforceWith, issue, openGate } from './shop.ts'

const NOON = Date.UTC(2027, 0, 15, 12)
const UNKNOWN = 'pp_000000000000000000000000'

function stateOf(server: Harness, id: string, key?: string): Promise<Answer> {
  return server.request('GET', `/api/passports/${id}/state`, undefined, key === undefined ? {} : { key })
}

function reset(server: Harness, id: string, body?: object): Promise<Answer> {
  return server.request('POST', `/api/passports/${id}/state/reset`, body)
}

function windowOf(state: Answer, type: string) {
  return state.body.windows.find(({ window_type }: { window_type: string }) => window_type === type)
}

test('a passport that did nothing yet has a state of zeros', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const state = await stateOf(server, passport_id)
  assert.equal(state.status, 200, state.text)
  const { windows, ...told } = state.body
  assert.deepEqual(told, {
    id: `${passport_id}:total`,
    passport_id,
    window_type: 'total',
    window_start: null,
    cost_cumulative_cents: 0,
    action_counts: {},
    rate_windows: {},
    sequence_number: 0,
    last_attestation_id: null,
  })
  assert.deepEqual(
    windows.map(({ window_type }: { window_type: string }) => window_type),
    ['hourly', 'daily', 'weekly', 'monthly', 'total'],
  )
})

test('what was permitted is told in every window, with the limits and what they leave', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  const { passport_id } = await issue(server, ['buy', 'read'], {
    constraints: {
      'core:cost:max_per_day': 1000,
      'core:cost:max_per_month': 5000,
      'core:cost:approval_threshold': 500,
      'core:rate:max_per_minute': 10,
    },
  })
  await enforceWith(server, passport_id, 'buy', 300)
  await enforceWith(server, passport_id, 'read')
  await enforceWith(server, passport_id, 'sell')
  assert.equal((await enforceWith(server, passport_id, 'buy', 600)).body.decision, 'SUSPEND')
  const last = await enforceWith(server, passport_id, 'buy', 101)
  assert.equal(last.body.blocked_by, 'core:cost:max_per_day')
  const state = await stateOf(server, passport_id)
  assert.equal(state.body.window_type, 'monthly')
  assert.equal(state.body.window_start, '2027-01-01T00:00:00.000Z')
  assert.equal(state.body.cost_cumulative_cents, 300)
  assert.deepEqual(state.body.action_counts, { buy: 1, read: 1 })
  assert.deepEqual(state.body.rate_windows, {
    'core:rate:max_per_minute': ['2027-01-15T12:00:00.000Z', '2027-01-15T12:00:00.000Z'],
  })
  assert.equal(state.body.sequence_number, 5)
  assert.equal(state.body.last_attestation_id, last.body.attestation_id)
  assert.deepEqual(windowOf(state, 'daily'), {
    window_type: 'daily',
    window_start: '2027-01-15T00:00:00.000Z',
    window_end: '2027-01-16T00:00:00.000Z',
    cost_cumulative_cents: 300,
    reserved_cents: 600,
    limit_cents: 1000,
    remaining_cents: 100,
  })
  assert.equal(windowOf(state, 'monthly').remaining_cents, 4100)
  assert.equal(windowOf(state, 'total').limit_cents, null)
  server.clock.at += 12 * 3_600_000
  const tomorrow = await stateOf(server, passport_id)
  assert.equal(windowOf(tomorrow, 'daily').cost_cumulative_cents, 0)
  assert.deepEqual(tomorrow.body.rate_windows['core:rate:max_per_minute'], [])
})

test('a rolling window is told for what it is', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  const { passport_id } = await issue(server, ['buy', 'read'], { expires_in: '90d' })
  await enforceWith(server, passport_id, 'buy', 70)
  server.clock.at += 20 * 86_400_000
  await enforceWith(server, passport_id, 'read', 5)
  const set = { 'core:cost:max_cumulative': 100, 'core:cost:cumulative_window': '30d' }
  await server.request('PUT', `/api/passports/${passport_id}/constraints`, set)
  // Nothing was decided since the limit was set: what it counts is read from the log.
  const first = await stateOf(server, passport_id)
  assert.equal(first.body.window_type, '30d')
  assert.equal(first.body.cost_cumulative_cents, 75)
  assert.deepEqual(first.body.action_counts, { buy: 1, read: 1 })
  assert.equal(windowOf(first, '30d').remaining_cents, 25)
  assert.equal(windowOf(first, '30d').window_end, null)
  server.clock.at += 10 * 86_400_000
  const later = await stateOf(server, passport_id)
  assert.equal(later.body.cost_cumulative_cents, 5)
  assert.deepEqual(later.body.action_counts, { read: 1 })
  assert.equal(windowOf(later, 'total').cost_cumulative_cents, 75)
})

test('a reset starts the counters anew, is recorded with what they held, and frees the budget', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], {
    constraints: { 'core:cost:max_cumulative': 100, 'core:rate:max_total': 2, 'core:rate:max_per_hour': 2 },
  })
  await enforceWith(server, passport_id, 'buy', 60)
  await enforceWith(server, passport_id, 'buy', 40)
  assert.equal((await enforceWith(server, passport_id, 'buy', 1)).body.decision, 'BLOCK')
  server.clock.at += 1000
  const answer = await reset(server, passport_id, {})
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.body.reset, true)
  assert.equal(answer.body.window_type, null)
  const record = await server.request('GET', `/api/attestations/${answer.body.attestation_id}`)
  assert.deepEqual(
    [record.body.type, record.body.decision, record.body.gate_id, record.body.passport_id],
    ['reset', null, 'gate_shop', passport_id],
  )
  const signed = JSON.parse(record.body.attestation_json)
  assert.match(signed.reset_by, /^key_/)
  const total = signed.counters_before.find(
    ({ window_type }: { window_type: string }) => window_type === 'total',
  )
  assert.deepEqual([total.spent_cents, total.permits], [100, 2])
  assert.equal((await server.request('POST', `/api/attestations/${record.body.id}/verify`)).body.valid, true)
  const state = await stateOf(server, passport_id)
  assert.equal(state.body.cost_cumulative_cents, 0)
  assert.deepEqual(state.body.action_counts, {})
  assert.equal(state.body.sequence_number, 4)
  assert.equal(state.body.last_attestation_id, record.body.id)
  assert.equal((await enforceWith(server, passport_id, 'buy', 100)).body.decision, 'PERMIT')
  assert.equal((await enforceWith(server, passport_id, 'buy', 1)).body.decision, 'BLOCK')
})

test('one window may be reset alone, and only one that has a beginning', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], {
    constraints: { 'core:cost:max_per_day': 100, 'core:cost:max_cumulative': 150 },
  })
  await enforceWith(server, passport_id, 'buy', 100)
  const answer = await reset(server, passport_id, { window_type: 'daily' })
  assert.equal(answer.body.window_type, 'daily')
  const state = await stateOf(server, passport_id)
  assert.equal(windowOf(state, 'daily').cost_cumulative_cents, 0)
  assert.equal(windowOf(state, 'total').cost_cumulative_cents, 100)
  assert.equal(
    (await enforceWith(server, passport_id, 'buy', 51)).body.blocked_by,
    'core:cost:max_cumulative',
  )
  assert.equal((await enforceWith(server, passport_id, 'buy', 50)).body.decision, 'PERMIT')
  await assertRefused(
    server,
    ['POST', `/api/passports/${passport_id}/state/reset`],
    [
      ['/body/window_type', { window_type: '30d' }],
      ['/body/window_type', { window_type: 'yearly' }],
      ['/body/window_type', { window_type: 7 }],
      ['/body/window', { window: 'daily' }],
    ],
  )
})

test('counters equal the log from the last reset on, whatever limits come later', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('buy' as const), cents: fc.integer({ min: 0, max: 50 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('limit' as const), hours: fc.integer({ min: 1, max: 9 }) }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      server.clock.at = NOON
      const { passport_id } = await issue(server, ['buy'], {
        constraints: { 'core:cost:max_cumulative': 300 },
      })
      let expected = { cents: 0, permits: 0 }
      for (const taken of steps) {
        server.clock.at = (server.clock.at ?? NOON) + 1000
        if (taken.do === 'reset') {
          await reset(server, passport_id)
          expected = { cents: 0, permits: 0 }
        } else if (taken.do === 'limit') {
          const set = {
            buy: { 'core:cost:max_cumulative': 200, 'core:cost:cumulative_window': `${taken.hours}h` },
          }
          await server.request('PUT', `/api/passports/${passport_id}/constraints`, set)
        } else {
          const { decision } = (await enforceWith(server, passport_id, 'buy', taken.cents)).body
          if (decision === 'PERMIT') {
            expected = { cents: expected.cents + taken.cents, permits: expected.permits + 1 }
          }
        }
      }
      const state = await stateOf(server, passport_id)
      assert.equal(state.body.cost_cumulative_cents, expected.cents)
      assert.equal(state.body.action_counts.buy ?? 0, expected.permits)
      const row = await server.store.read
        .selectFrom('counters')
        .select('state')
        .where('counter_key', '=', passport_id)
        .executeTakeFirst()
      if (row?.state == null) return
      for (const { tracks } of parseCounters(row.state).scopes) {
        for (const track of tracks)
          if (track.kind === 'rolling') assert.equal(track.cents.sum, expected.cents)
      }
    }),
    { numRuns: 15 },
  )
})

test('resets and decisions at once leave a sequence without gaps', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], { constraints: { 'core:cost:max_cumulative': 50 } })
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      i % 6 === 5 ? reset(server, passport_id) : enforceWith(server, passport_id, 'buy', 10),
    ),
  )
  assert.ok(answers.every(({ status }) => status === 200))
  const log = (await server.request('GET', '/api/gates/gate_shop/attestations?limit=1000')).body.reverse()
  assert.deepEqual(
    log.map(({ sequence_number }: { sequence_number: number }) => sequence_number),
    Array.from({ length: 60 }, (_, i) => i + 1),
  )
  let spent = 0
  for (const { type, decision } of log) {
    if (type === 'reset') spent = 0
    else if (decision === 'PERMIT') spent += 10
    assert.ok(spent <= 50)
  }
  assert.equal((await stateOf(server, passport_id)).body.cost_cumulative_cents, spent)
})

test('what an open hold reserves outlives a reset', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], {
    constraints: { 'core:cost:max_cumulative': 100, 'core:cost:approval_threshold': 50 },
  })
  await enforceWith(server, passport_id, 'buy', 80)
  await reset(server, passport_id)
  assert.equal(windowOf(await stateOf(server, passport_id), 'total').reserved_cents, 80)
  assert.equal((await enforceWith(server, passport_id, 'buy', 21)).body.decision, 'BLOCK')
})

test('a repeated reset with its idempotency key resets once', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const once = () =>
    server.request(
      'POST',
      `/api/passports/${passport_id}/state/reset`,
      {},
      { headers: { 'idempotency-key': 'r' } },
    )
  const first = await once()
  await enforceWith(server, passport_id, 'buy', 10)
  const second = await once()
  assert.equal(second.headers.get('idempotent-replayed'), 'true')
  assert.equal(second.text, first.text)
  assert.equal((await stateOf(server, passport_id)).body.cost_cumulative_cents, 10)
})

test('a self-issued passport has one state per workspace in which it was used, and none elsewhere', async (t) => {
  const server = await startServer(t)
  const held = selfIssue(makeAgent(), { constraints: { 'core:cost:max_cumulative': 100 } })
  await server.request('POST', '/api/passports/register', inline(held), { key: null })
  assert.equal((await stateOf(server, held.id)).status, 404)
  await enforceWith(server, held.id, 'buy', 30)
  const state = await stateOf(server, held.id)
  assert.equal(state.body.cost_cumulative_cents, 30, state.text)
  assert.equal(windowOf(state, 'total').remaining_cents, 70)
  assert.equal(state.body.sequence_number, 1)
  assert.equal((await stateOf(server, held.id, server.keys.other)).status, 404)
  const answer = await reset(server, held.id)
  assert.equal(answer.status, 200, answer.text)
  const record = await server.request('GET', `/api/attestations/${answer.body.attestation_id}`)
  assert.equal(record.body.agent_id, held.envelope.identity.agent_id)
  assert.equal((await stateOf(server, held.id)).body.cost_cumulative_cents, 0)
})

test('of several passports under one id the registered one is meant', async (t) => {
  const server = await startServer(t)
  const id = 'ab'.repeat(16)
  const first = selfIssue(makeAgent(), { id })
  const squatter = selfIssue(makeAgent(), { id })
  await server.request('POST', '/api/passports/register', inline(first), { key: null })
  await enforceWith(server, first.id, 'buy', 30)
  const proof = assertion(squatter, { gate_id: null, action: 'buy', cost_cents: 5 })
  const used = await server.request('POST', '/api/enforce', {
    passport: inline(squatter),
    assertion: proof,
    action: 'buy',
    cost_cents: 5,
  })
  assert.equal(used.body.decision, 'PERMIT', used.text)
  assert.equal((await stateOf(server, first.id)).body.cost_cumulative_cents, 30)
  await reset(server, first.id)
  const rows = await server.store.read.selectFrom('counters').selectAll().execute()
  const spent = rows.map(({ state }) => (state === null ? 0 : parseCounters(state).windows.total.cents))
  assert.deepEqual(spent.sort(), [0, 5])
})

test('a parent’s state holds what its descendants spent, and theirs their own', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const parent = heldFromAnswer(
    await issue(server, ['buy'], {
      constraints: { 'core:cost:max_cumulative': 100 },
      delegation_authority: true,
    }),
  )
  const child = delegate(parent)
  await server.request('POST', '/api/passports/register', inline(child), { key: null })
  await enforceWith(server, child.id, 'buy', 40)
  await enforceWith(server, parent.id, 'buy', 10)
  assert.equal((await stateOf(server, parent.id)).body.cost_cumulative_cents, 50)
  assert.equal((await stateOf(server, child.id)).body.cost_cumulative_cents, 40)
})

test('state and reset are the workspace’s own and need their scopes', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  await enforceWith(server, passport_id, 'buy', 10)
  const ids = { real: passport_id, unknown: UNKNOWN }
  await assertForeignIsUnknown(server, ids, (id) => ['GET', `/api/passports/${id}/state`])
  await assertForeignIsUnknown(server, ids, (id) => ['POST', `/api/passports/${id}/state/reset`, {}])
  await assertNeedsScope(server, 'constraints:read', ['GET', `/api/passports/${passport_id}/state`])
  await assertNeedsScope(server, 'constraints:write', ['POST', `/api/passports/${passport_id}/state/reset`])
  const agent = await server.keyWith('enforcement:write', 'enforcement:read')
  assert.equal((await stateOf(server, passport_id, agent)).status, 200)
  assert.equal((await stateOf(server, passport_id)).body.cost_cumulative_cents, 10)
})

test('a passport of an archived gate may still be reset, on the workspace’s own record', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  await server.request('DELETE', '/api/gates/gate_shop')
  const answer = await reset(server, passport_id)
  assert.equal(answer.status, 200, answer.text)
  const record = await server.request('GET', `/api/attestations/${answer.body.attestation_id}`)
  assert.equal(JSON.parse(record.body.attestation_json).chain_id, server.workspaces.own)
})
