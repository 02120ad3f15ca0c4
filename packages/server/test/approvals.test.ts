import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertForeignIsUnknown, assertNeedsScope, assertRefused } from './answers.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { issue, openGate } from './shop.ts'

const UNKNOWN = 'hold_000000000000000000000000'
const NOON = Date.UTC(2027, 0, 15, 12)

interface Held {
  passport: string
  hold: string
}

function refund(server: Harness, passport_id: string, more: object = {}): Promise<Answer> {
  return server.request('POST', '/api/enforce', { passport_id, action: 'refund', cost_cents: 10, ...more })
}

/** A passport whose every action waits for approval, and its first hold. */
async function hold(server: Harness, constraints: object = {}): Promise<Held> {
  await openGate(server)
  const { passport_id: passport } = await issue(server, ['refund', 'read'], {
    constraints: { 'core:approval:for_actions': ['refund'], ...constraints },
  })
  const held = await refund(server, passport)
  assert.equal(held.body.decision, 'SUSPEND', held.text)
  return { passport, hold: held.body.approval_request_id }
}

function resolve(server: Harness, id: string, how: 'approve' | 'deny', body?: object): Promise<Answer> {
  return server.request('POST', `/api/approvals/${id}/${how}`, body)
}

test('an approved request passes once, and the answer of the approval says by whom and until when', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  const { passport, hold: id } = await hold(server)
  const waiting = await server.request('GET', `/api/approvals/${id}`)
  assert.equal(waiting.body.status, 'pending')
  assert.equal(waiting.body.decision, null)
  assert.deepEqual(waiting.body.held_by, ['core:approval:for_actions'])
  assert.equal(waiting.body.expires_at, '2027-01-15T12:05:00.000Z')
  server.clock.at += 60_000
  const approved = await resolve(server, id, 'approve', { note: 'as agreed' })
  assert.equal(approved.status, 200, approved.text)
  assert.equal(approved.body.status, 'approved')
  assert.equal(approved.body.decision, 'APPROVED')
  assert.equal(approved.body.note, 'as agreed')
  assert.match(approved.body.resolved_by, /^key_/)
  assert.equal(approved.body.expires_at, '2027-01-15T12:06:00.000Z')
  const permitted = await refund(server, passport, { approval_request_id: id })
  assert.equal(permitted.body.decision, 'PERMIT', permitted.text)
  assert.equal((await server.request('GET', `/api/approvals/${id}`)).body.status, 'used')
  const again = await refund(server, passport, { approval_request_id: id })
  assert.equal(again.body.decision, 'BLOCK')
  assert.equal(again.body.reason, 'approval_used')
})

test('a resolution is a signed record of the gate that names the hold', async (t) => {
  const server = await startServer(t)
  const { hold: id } = await hold(server)
  await resolve(server, id, 'approve')
  const [record] = (await server.request('GET', '/api/gates/gate_shop/attestations')).body
  assert.equal(record.type, 'resolution')
  assert.equal(record.decision, 'APPROVED')
  assert.equal(JSON.parse(record.attestation_json).approval_request_id, id)
  assert.equal(JSON.parse(record.attestation_json).decision, 'approved')
  assert.equal((await server.request('POST', `/api/attestations/${record.id}/verify`)).body.valid, true)
})

test('approving one thing never lets another pass', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server)
  await resolve(server, id, 'approve')
  const others = [
    { cost_cents: 10_000 },
    { target: 'https://bank.example' },
    { metadata: { to: 'somebody else' } },
    { action: 'read' },
  ]
  for (const other of others) {
    const blocked = await refund(server, passport, { approval_request_id: id, ...other })
    assert.equal(blocked.body.decision, 'BLOCK', blocked.text)
    assert.equal(blocked.body.reason, 'approval_mismatch')
  }
  const { passport_id: stranger } = await issue(server, ['refund'])
  const foreign = await refund(server, stranger, { approval_request_id: id })
  assert.equal(foreign.body.reason, 'approval_unknown')
  assert.equal((await refund(server, passport, { approval_request_id: id })).body.decision, 'PERMIT')
})

test('changed constraints end an approval', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server)
  await resolve(server, id, 'approve')
  await server.request('PUT', `/api/passports/${passport}/constraints`, { 'core:rate:max_per_hour': 5 })
  assert.equal((await refund(server, passport, { approval_request_id: id })).body.reason, 'approval_mismatch')
})

test('of 50 parallel executions with one approval exactly one is permitted', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server, { 'core:cost:max_cumulative': 1000 })
  await resolve(server, id, 'approve')
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => refund(server, passport, { approval_request_id: id })),
  )
  assert.equal(answers.filter(({ body }) => body.decision === 'PERMIT').length, 1)
  assert.equal(answers.filter(({ body }) => body.reason === 'approval_used').length, 49)
  const last = await refund(server, passport, { action: 'read' })
  assert.equal(last.body.cumulative_cost, 20)
})

test('the id of the approval may travel in the metadata and is no part of what was asked', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id: passport } = await issue(server, ['refund'], {
    constraints: { 'core:approval:required': true },
  })
  const held = await refund(server, passport, { metadata: { order: 7 } })
  const id = held.body.approval_request_id
  await resolve(server, id, 'approve')
  const permitted = await refund(server, passport, { metadata: { order: 7, approval_request_id: id } })
  assert.equal(permitted.body.decision, 'PERMIT', permitted.text)
})

test('the reservation of an approval becomes the spend', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server, { 'core:cost:max_cumulative': 15 })
  await resolve(server, id, 'approve')
  const other = await server.request('POST', '/api/enforce', {
    passport_id: passport,
    action: 'read',
    cost_cents: 6,
  })
  assert.equal(other.body.blocked_by, 'core:cost:max_cumulative')
  const permitted = await refund(server, passport, { approval_request_id: id })
  assert.equal(permitted.body.decision, 'PERMIT', permitted.text)
  assert.equal(permitted.body.cumulative_cost, 10)
  assert.equal(permitted.body.remaining_cents, 5)
})

test('an approved request of a passport that was revoked since is blocked', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server)
  await resolve(server, id, 'approve')
  await server.request('DELETE', `/api/gates/gate_shop/passports/${passport}`)
  const blocked = await refund(server, passport, { approval_request_id: id })
  assert.equal(blocked.body.decision, 'BLOCK')
  assert.equal(blocked.body.reason, 'passport_revoked')
})

test('an approval meets its own hold and no other constraint', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server, { 'core:rate:max_per_minute': 1 })
  await resolve(server, id, 'approve')
  const read = await refund(server, passport, { action: 'read' })
  assert.equal(read.body.decision, 'PERMIT', read.text)
  const blocked = await refund(server, passport, { approval_request_id: id })
  assert.equal(blocked.body.decision, 'BLOCK')
  assert.equal(blocked.body.blocked_by, 'core:rate:max_per_minute')
})

test('a denied request stays denied and gives its reservation back', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server, { 'core:cost:max_cumulative': 15 })
  const denied = await resolve(server, id, 'deny', { note: 'no' })
  assert.equal(denied.body.status, 'denied')
  assert.equal(denied.body.decision, 'DENIED')
  assert.equal((await refund(server, passport, { approval_request_id: id })).body.reason, 'approval_denied')
  const all = await server.request('POST', '/api/enforce', {
    passport_id: passport,
    action: 'read',
    cost_cents: 15,
  })
  assert.equal(all.body.decision, 'PERMIT', all.text)
})

test('a hold is resolved once, in time, or never', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  const { passport, hold: id } = await hold(server)
  assert.equal((await resolve(server, id, 'approve')).status, 200)
  for (const how of ['approve', 'deny'] as const) {
    const again = await resolve(server, id, how)
    assert.equal(again.status, 409)
    assert.equal(again.body.code, 'illegal_transition')
  }
  const late = (await refund(server, passport, { cost_cents: 20 })).body.approval_request_id
  server.clock.at += 300_000
  assert.equal((await resolve(server, late, 'approve')).status, 409)
  assert.equal((await resolve(server, late, 'deny')).status, 409)
  // The approval of the first was not used in time either.
  const unused = await refund(server, passport, { approval_request_id: id })
  assert.equal(unused.body.reason, 'approval_expired')
})

test('the time for approving is a setting', async (t) => {
  const server = await startServer(t, { MODEI_APPROVAL_TTL: '7' })
  server.clock.at = NOON
  const { hold: id } = await hold(server)
  server.clock.at += 6_999
  assert.equal((await resolve(server, id, 'approve')).status, 200)
})

test('of approvals and denials that race for a hold one wins, and the record shows one', async (t) => {
  const server = await startServer(t)
  const { hold: id } = await hold(server)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => resolve(server, id, index % 2 === 0 ? 'approve' : 'deny')),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal(answers.filter(({ status }) => status === 409).length, 19)
  const log = (await server.request('GET', '/api/gates/gate_shop/attestations')).body
  assert.equal(log.filter((row: { type: string }) => row.type === 'resolution').length, 1)
})

test('a repeated approval with its idempotency key answers what the first did', async (t) => {
  const server = await startServer(t)
  const { hold: id } = await hold(server)
  const approve = () =>
    server.request('POST', `/api/approvals/${id}/approve`, undefined, {
      headers: { 'idempotency-key': 'one' },
    })
  const first = await approve()
  const second = await approve()
  assert.equal(second.headers.get('idempotent-replayed'), 'true')
  assert.equal(second.text, first.text)
})

test('archiving a gate denies its holds, and none of them can be approved afterwards', async (t) => {
  const server = await startServer(t)
  const { hold: id } = await hold(server)
  await server.request('DELETE', '/api/gates/gate_shop')
  const shown = await server.request('GET', `/api/approvals/${id}`)
  assert.equal(shown.body.status, 'denied')
  assert.equal((await resolve(server, id, 'approve')).status, 409)
})

test('a hold that slipped in while its gate was archived cannot be resolved, for nothing signs it', async (t) => {
  const server = await startServer(t)
  const { hold: id } = await hold(server)
  await server.store.write((tx) =>
    tx.updateTable('gates').set({ deleted_at: 1 }).where('id', '=', 'gate_shop').execute(),
  )
  assert.equal((await resolve(server, id, 'approve')).status, 409)
  assert.equal((await resolve(server, id, 'deny')).status, 409)
})

test('a status filter judges by the clock of the reading', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  const { passport, hold: expired } = await hold(server)
  const next = async (cost_cents: number) =>
    (await refund(server, passport, { cost_cents })).body.approval_request_id
  const unused = await next(20)
  await resolve(server, unused, 'approve')
  server.clock.at += 300_000
  const [pending, approved, denied, used] = [await next(30), await next(40), await next(50), await next(60)]
  await resolve(server, approved, 'approve')
  await resolve(server, denied, 'deny')
  await resolve(server, used, 'approve')
  await refund(server, passport, { cost_cents: 60, approval_request_id: used })
  const list = async (query: string) => (await server.request('GET', `/api/approvals${query}`)).body
  const ids = async (query: string) => (await list(query)).map(({ id }: { id: string }) => id)
  assert.deepEqual(await ids('?status=pending'), [pending])
  assert.deepEqual(await ids('?status=approved'), [approved])
  assert.deepEqual(await ids('?status=denied'), [denied])
  assert.deepEqual(await ids('?status=used'), [used])
  assert.deepEqual((await ids('?status=expired')).sort(), [expired, unused].sort())
  const all = await list('')
  assert.equal(all.length, 6)
  for (const { id, status } of all) {
    assert.equal((await server.request('GET', `/api/approvals/${id}`)).body.status, status)
    assert.ok((await ids(`?status=${status}`)).includes(id))
  }
  assert.deepEqual(await ids(`?passport_id=${passport}&gate_id=gate_shop&status=pending`), [pending])
  assert.deepEqual(await ids('?gate_id=gate_other'), [])
  assert.equal((await server.request('GET', '/api/approvals?status=open')).status, 422)
  assert.equal((await server.request('GET', '/api/approvals?cursor=junk')).status, 422)
})

test('the holds of one workspace are unknown to another, and its lists do not show them', async (t) => {
  const server = await startServer(t)
  const { passport, hold: id } = await hold(server)
  const ids = { real: id, unknown: UNKNOWN }
  await assertForeignIsUnknown(server, ids, (id) => ['GET', `/api/approvals/${id}`])
  await assertForeignIsUnknown(server, ids, (id) => ['POST', `/api/approvals/${id}/approve`])
  await assertForeignIsUnknown(server, ids, (id) => ['POST', `/api/approvals/${id}/deny`, { note: 'x' }])
  const list = await server.request('GET', '/api/approvals', undefined, { key: server.keys.other })
  assert.deepEqual(list.body, [])
  await resolve(server, id, 'approve')
  assert.equal((await refund(server, passport, { approval_request_id: id })).body.decision, 'PERMIT')
})

test('an agent’s key cannot free its agent: approving needs `approvals:write`', async (t) => {
  const server = await startServer(t)
  const { hold: id } = await hold(server)
  await assertNeedsScope(server, 'approvals:read', ['GET', '/api/approvals'])
  await assertNeedsScope(server, 'approvals:read', ['GET', `/api/approvals/${id}`])
  await assertNeedsScope(server, 'approvals:write', ['POST', `/api/approvals/${id}/approve`])
  await assertNeedsScope(server, 'approvals:write', ['POST', `/api/approvals/${id}/deny`])
  await assertNeedsScope(server, 'approvals:write', ['POST', '/api/supervision/heartbeat'])
  const key = await server.keyWith('enforcement:*', 'passports:*', 'gates:*', 'constraints:*')
  const refused = await server.request('POST', `/api/approvals/${id}/approve`, undefined, { key })
  assert.equal(refused.status, 403)
  assert.equal(refused.body.required_scope, 'approvals:write')
})

test('bodies and ids of a wrong form are refused and named', async (t) => {
  const server = await startServer(t)
  const { hold: id } = await hold(server)
  await assertRefused(
    server,
    ['POST', `/api/approvals/${id}/approve`],
    [
      ['/body/note', { note: 7 }],
      ['/body/note', { note: 'x'.repeat(2001) }],
      ['/body/reason', { reason: 'misspelt' }],
    ],
  )
  await assertRefused(server, ['POST', '/api/supervision/heartbeat'], [['/body/alive', { alive: true }]])
  assert.equal((await resolve(server, UNKNOWN, 'approve')).status, 404)
  assert.equal((await resolve(server, 'hold_%2e%2e', 'approve')).status, 422)
  assert.equal((await server.request('GET', `/api/approvals/${id}`)).body.status, 'pending')
})

test('a passport that fails closed acts only while the workspace is supervised', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  const { passport_id: passport } = await issue(server, ['read'], {
    constraints: { 'core:safety:fail_closed': true },
  })
  const read = () => server.request('POST', '/api/enforce', { passport_id: passport, action: 'read' })
  assert.equal((await read()).body.reason, 'supervision_stale')
  const beat = await server.request('POST', '/api/supervision/heartbeat')
  assert.deepEqual(beat.body, { ok: true, last_seen_at: '2027-01-15T12:00:00.000Z' })
  assert.equal((await read()).body.decision, 'PERMIT')
  server.clock.at += 120_000
  assert.equal((await read()).body.decision, 'PERMIT')
  server.clock.at += 1
  assert.equal((await read()).body.reason, 'supervision_stale')
  await server.request('POST', '/api/supervision/heartbeat', {}, { key: server.keys.other })
  assert.equal((await read()).body.reason, 'supervision_stale')
  await server.request('POST', '/api/supervision/heartbeat', {})
  assert.equal((await read()).body.decision, 'PERMIT')
})
