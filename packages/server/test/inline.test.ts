import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp } from '@modei/protocol'
import {
  type Asserted,
  assertion,
  delegate,
  type HeldPassport,
  heldFromAnswer,
  inline,
  makeAgent,
  nonce,
  selfIssue,
} from './agents.ts'
import { type Harness, startServer } from './harness.ts'

const DAY = 86_400_000
const CHECK = '/api/gates/gate_shop/check'
const SAID = { gate_id: 'gate_shop', action: 'buy' }

async function openGate(server: Harness): Promise<void> {
  const gate = { name: 'Shop', gate_id: 'gate_shop', allow_self_issued: true }
  assert.equal((await server.request('POST', '/api/gates', gate)).status, 201)
}

async function gateHeld(server: Harness, over: Record<string, unknown> = {}): Promise<HeldPassport> {
  const grant = { agent_id: 'a', permissions: ['buy'], delegation_authority: true, ...over }
  return heldFromAnswer((await server.request('POST', '/api/gates/gate_shop/passports', grant)).body)
}

const check = (server: Harness, body: unknown, key: string | null | undefined = undefined) =>
  server.request('POST', CHECK, body, key === undefined ? {} : { key })

const enforce = (server: Harness, body: unknown) => server.request('POST', '/api/enforce', body)

function presented(held: HeldPassport, said: Partial<Asserted> = {}, over: Record<string, unknown> = {}) {
  return { passport: inline(held), assertion: assertion(held, { ...SAID, ...said }), action: 'buy', ...over }
}

test('a passport carried along is checked and enforced when its own key speaks for the request', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const own = selfIssue()
  const child = delegate(delegate(selfIssue()))
  const issued = await gateHeld(server)
  for (const held of [own, child, issued, delegate(issued)]) {
    const checked = await check(server, presented(held))
    assert.equal(checked.body.allowed, true, checked.text)
    const proof = checked.body.checks.find(({ name }: { name: string }) => name === 'proof_of_possession')
    assert.equal(proof.result, 'pass')
    const enforced = await enforce(server, presented(held))
    assert.equal(enforced.body.decision, 'PERMIT', enforced.text)
  }
  assert.equal((await check(server, presented(own), null)).body.access_mode, 'self_issued')
})

test('without an assertion a passport carried along is refused; by its id, one that is given is judged', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const own = selfIssue()
  const bare = { passport: inline(own), action: 'buy' }
  assert.equal((await check(server, bare, null)).body.reason_code, 'missing_assertion')
  const blocked = await enforce(server, bare)
  assert.deepEqual([blocked.body.decision, blocked.body.reason], ['BLOCK', 'missing_assertion'])
  assert.match(blocked.body.attestation_id, /^enf_/)

  const issued = await gateHeld(server)
  const byId = { passport_id: issued.id, action: 'buy' }
  assert.equal((await check(server, byId)).body.allowed, true)
  const stranger = { ...issued, agent: makeAgent() }
  const bad = { ...byId, assertion: assertion(stranger, SAID) }
  assert.equal((await check(server, bad)).body.reason_code, 'assertion_mismatch')
  assert.equal((await enforce(server, bad)).body.reason, 'assertion_mismatch')
  const good = { ...byId, assertion: assertion(issued, SAID) }
  assert.equal((await check(server, good)).body.allowed, true)
})

test('an assertion that says anything else than the request, or says it at another time, is refused', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await server.request('POST', '/api/gates', { name: 'B', gate_id: 'gate_b', allow_self_issued: true })
  const own = selfIssue(makeAgent(), { permissions: ['buy', 'sell'] })
  const other = selfIssue(makeAgent(), { permissions: ['buy', 'sell'] })
  const at = (ms: number) => formatTimestamp(Date.now() + ms)
  const target = 'https://shop.example/a'
  const request = { target, cost_cents: 5 }
  const said = { ...SAID, target, cost_cents: 5 }
  const good = assertion(own, said)
  const altered = (change: Record<string, unknown>) => ({
    ...good,
    assertion_json: { ...good.assertion_json, ...change },
  })
  const cases: readonly (readonly [string, unknown])[] = [
    ['another action', assertion(own, { ...said, action: 'sell' })],
    ['another target', assertion(own, { ...said, target: 'https://shop.example/b' })],
    ['no target', assertion(own, { gate_id: 'gate_shop', action: 'buy', cost_cents: 5 })],
    ['another cost', assertion(own, { ...said, cost_cents: 4 })],
    ['no cost', assertion(own, { ...SAID, target })],
    ['another passport', assertion(other, said)],
    ['another passport’s key', assertion({ ...own, agent: other.agent }, said)],
    ['six minutes ago', assertion(own, { ...said, timestamp: at(-360_000) })],
    ['six minutes ahead', assertion(own, { ...said, timestamp: at(360_000) })],
    ['a time without a zone', assertion(own, { ...said, timestamp: '2026-05-01T10:00:00' })],
    [
      'seconds instead of milliseconds',
      assertion(own, { ...said, timestamp: Math.floor(Date.now() / 1000) }),
    ],
    ['a nonce that was not signed', altered({ nonce: nonce() })],
    ['an empty nonce', assertion(own, { ...said, nonce: '' })],
    ['a nonce that no database can keep', assertion(own, { ...said, nonce: 'a\u0000b' })],
    ['a nonce without end', assertion(own, { ...said, nonce: 'n'.repeat(256) })],
    ['a member too many', altered({ note: 'x' })],
    ['a cost as text', altered({ cost_cents: '5' })],
    ['no members', { assertion_json: {}, assertion_signature: good.assertion_signature }],
    ['a signature that is not base64', { ...good, assertion_signature: 'x' }],
  ]
  for (const [name, bad] of cases) {
    const body = { passport: inline(own), assertion: bad, action: 'buy', ...request }
    const answer = await enforce(server, body)
    assert.equal(answer.status, 200, `${name}: ${answer.text}`)
    assert.deepEqual([answer.body.decision, answer.body.reason], ['BLOCK', 'assertion_mismatch'], name)
  }
  const body = { passport: inline(own), assertion: good, action: 'buy', ...request }
  assert.equal((await enforce(server, body)).body.decision, 'PERMIT', 'and none of them used up the nonce')

  // Enforce knows the gate by the assertion alone; a check has one already.
  for (const gate_id of ['gate_b', null]) {
    assert.equal((await check(server, presented(own, { gate_id }))).body.reason_code, 'assertion_mismatch')
  }
  // A check knows no cost, so an assertion must not speak of one.
  const costly = {
    passport: inline(own),
    assertion: assertion(own, { ...SAID, cost_cents: 5 }),
    action: 'buy',
  }
  assert.equal((await check(server, costly)).body.reason_code, 'assertion_mismatch')
  const inMilliseconds = { ...SAID, timestamp: Date.now() }
  assert.equal((await check(server, presented(own, inMilliseconds))).body.allowed, true)
})

test('an assertion naming a gate that is not the workspace’s, or no gate at all, reaches none', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await server.request(
    'POST',
    '/api/gates',
    { name: 'Theirs', gate_id: 'gate_theirs', allow_self_issued: true },
    { key: server.keys.other },
  )
  const own = selfIssue()
  const theirs = await enforce(server, presented(own, { gate_id: 'gate_theirs' }))
  const unknown = await enforce(server, presented(own, { gate_id: 'gate_none' }))
  assert.equal(theirs.status, 404)
  assert.equal(theirs.body.code, unknown.body.code)
  assert.equal(
    theirs.body.message.replace('gate_theirs', 'id'),
    unknown.body.message.replace('gate_none', 'id'),
  )
  const nonsense = await enforce(server, presented(own, { gate_id: '../../etc' }))
  assert.deepEqual([nonsense.status, nonsense.body.reason], [200, 'assertion_mismatch'])
  const without = await enforce(server, presented(own, { gate_id: null }))
  assert.equal(without.body.decision, 'PERMIT', without.text)
  const record = await server.request('GET', `/api/enforcement/${without.body.attestation_id}`)
  assert.equal(JSON.parse(record.body.attestation_json).chain_id, server.workspaces.own)
})

test('a nonce counts once for a passport, over check and enforce, and of thirty at once exactly one passes', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const own = selfIssue()
  const once = presented(own)
  assert.equal((await check(server, once)).body.allowed, true)
  assert.equal((await check(server, once)).body.reason_code, 'assertion_mismatch')
  assert.equal((await enforce(server, once)).body.reason, 'assertion_mismatch')
  const sameWord = { nonce: 'the-same-word' }
  assert.equal((await check(server, presented(own, sameWord))).body.allowed, true)
  assert.equal((await check(server, presented(selfIssue(), sameWord))).body.allowed, true)

  const race = presented(own)
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? check(server, race) : enforce(server, race))),
  )
  const passed = answers.filter(({ body }) => body.allowed === true || body.decision === 'PERMIT')
  assert.equal(passed.length, 1)
})

test('a retried request under its idempotency key is replayed, not refused for its nonce', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const body = presented(selfIssue())
  const options = { headers: { 'idempotency-key': 'retry' } }
  const first = await server.request('POST', '/api/enforce', body, options)
  const again = await server.request('POST', '/api/enforce', body, options)
  assert.equal(first.body.decision, 'PERMIT')
  assert.deepEqual(again.body, first.body)
})

test('a refused request uses up its nonce when the key spoke for it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const own = selfIssue(makeAgent(), { constraints: { max_per_action_cost: 1 } })
  const body = { ...presented(own, { cost_cents: 2 }), cost_cents: 2 }
  assert.equal((await enforce(server, body)).body.blocked_by, 'core:cost:max_per_action')
  assert.equal((await enforce(server, body)).body.reason, 'assertion_mismatch')
})

test('a passport that lasts over 30 days must be registered', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const now = Date.now()
  const month = selfIssue(makeAgent(), { issuedAt: now, expiresAt: now + 30 * DAY })
  const longer = selfIssue(makeAgent(), { issuedAt: now, expiresAt: now + 30 * DAY + 1 })
  assert.equal((await check(server, presented(month), null)).body.allowed, true)
  const refused = await check(server, presented(longer), null)
  assert.deepEqual([refused.status, refused.body.reason_code], [200, 'inline_expires_at_out_of_range'])
  assert.equal(refused.body.access_mode, 'self_issued')
  const blocked = await enforce(server, presented(longer))
  assert.deepEqual([blocked.body.decision, blocked.body.reason], ['BLOCK', 'inline_expires_at_out_of_range'])
  await server.request('POST', '/api/passports/register', inline(longer), { key: null })
  const byId = { passport_id: longer.id, action: 'buy' }
  assert.equal((await check(server, byId, null)).body.allowed, true)
})

test('a bad passport carried along is refused on record, never as an error and never as an anonymous caller', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const now = Date.now()
  const own = selfIssue()
  const expired = selfIssue(makeAgent(), { issuedAt: now - 2 * DAY, expiresAt: now - DAY })
  const changed = { ...own, envelope: { ...own.envelope, delegation_authority: false } }
  const cases: readonly (readonly [string, HeldPassport, string])[] = [
    ['changed', changed, 'signature_invalid'],
    ['expired', expired, 'passport_expired'],
    ['signed by another', { ...own, signature: selfIssue().signature }, 'signature_invalid'],
  ]
  for (const [name, held, reason] of cases) {
    const checked = await check(server, presented(held), null)
    assert.deepEqual(
      [checked.status, checked.body.allowed, checked.body.reason_code],
      [200, false, reason],
      name,
    )
    assert.notEqual(checked.body.access_mode, 'anonymous', name)
    assert.match(checked.body.attestation_id, /^att_/, name)
    const enforced = await enforce(server, presented(held))
    assert.deepEqual(
      [enforced.status, enforced.body.decision, enforced.body.reason],
      [200, 'BLOCK', reason],
      name,
    )
    assert.equal(enforced.body.blocked_by, reason, name)
    const verified = await server.request('POST', `/api/enforcement/${enforced.body.attestation_id}/verify`)
    assert.equal(verified.body.valid, true, name)
  }
  const garbage = { passport: { passport_json: { a: 1 }, signature: 'x' }, action: 'buy' }
  assert.equal((await check(server, garbage, null)).body.reason_code, 'invalid_envelope_shape')
  assert.equal((await enforce(server, garbage)).body.reason, 'invalid_envelope_shape')
  const both = { passport_id: own.id, ...presented(own) }
  assert.equal((await check(server, both)).status, 422)
  assert.equal((await enforce(server, both)).status, 422)
  assert.equal((await enforce(server, { action: 'buy' })).status, 422)
})

test('a gate’s passport carried along needs a key of its workspace, and must be the bytes that were issued', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const issued = await gateHeld(server)
  for (const key of [null, server.keys.other]) {
    for (const held of [issued, delegate(issued)]) {
      assert.equal((await check(server, presented(held), key)).status, 401)
    }
  }
  const forged = { ...issued, envelope: { ...issued.envelope, delegation_authority: false } }
  assert.equal((await check(server, presented(forged), null)).status, 401)
  assert.equal((await check(server, presented(forged))).body.reason_code, 'signature_invalid')

  const theirs = await server.request('POST', '/api/enforce', presented(issued), { key: server.keys.other })
  assert.equal(theirs.status, 404, theirs.text)
  await server.request('DELETE', `/api/passports/${issued.id}`)
  assert.equal((await check(server, presented(issued))).body.reason_code, 'passport_revoked')
  assert.equal((await enforce(server, presented(delegate(issued)))).body.reason, 'passport_revoked')
})

test('inline use is limited per identity key, and only what that key spoke for counts', async (t) => {
  const server = await startServer(t, { MODEI_INLINE_LIMIT: '2' })
  await openGate(server)
  const own = selfIssue()
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await check(server, { passport: inline(own), action: 'buy' }, null)).body.allowed, false)
  }
  for (let i = 0; i < 2; i += 1) assert.equal((await check(server, presented(own), null)).body.allowed, true)
  const over = await check(server, presented(own), null)
  assert.deepEqual([over.status, over.body.reason_code], [200, 'inline_envelope_rate_limited'])
  assert.equal((await enforce(server, presented(own))).body.reason, 'inline_envelope_rate_limited')
  assert.equal((await check(server, presented(selfIssue()), null)).body.allowed, true)
  await server.request('POST', '/api/passports/register', inline(own), { key: null })
  assert.equal((await check(server, { passport_id: own.id, action: 'buy' }, null)).body.allowed, true)
})

test('a body of a full chain passes where passports travel, and no larger one does', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  let held = selfIssue()
  for (let i = 0; i < 5; i += 1) held = delegate(held)
  assert.equal(held.envelope.provenance.delegation_chain?.length, 5)
  assert.equal((await check(server, presented(held), null)).body.allowed, true)
  const tooLarge = { ...presented(held), context: { filler: 'x'.repeat(4 * 1024 * 1024) } }
  assert.equal((await check(server, tooLarge, null)).status, 413)
})
