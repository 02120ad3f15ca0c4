import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertion, inline, makeAgent, selfIssue } from './agents.ts'
import { startServer } from './harness.ts'
import { checkAt, enforceWith, issue, openGate, PRICE, publish } from './shop.ts'

const at = (permission_key: string, cents: number, more: object = {}) => ({
  permission_key,
  constraints: { [PRICE]: cents, ...more },
})

test('terms are the catalog’s to set: a passport is not issued with any', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25)])
  for (const constraints of [{ [PRICE]: 1 }, { buy: { [PRICE]: 25 } }]) {
    const refused = await server.request('POST', '/api/gates/gate_shop/passports', {
      agent_id: 'a',
      permissions: ['buy'],
      constraints,
    })
    assert.equal(refused.status, 422)
    assert.match(refused.body.detail, /terms come from the catalog/)
  }
})

test('a cost counts as at least the pinned price, and the evaluation says when none was declared', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [at('buy', 25), 'read'])
  const { passport_id } = await issue(server, ['buy', 'read'], {
    constraints: { 'core:cost:max_cumulative': 100 },
  })
  const spend = async (action: string, cents?: number) =>
    (await enforceWith(server, passport_id, action, cents)).body
  const silent = await spend('buy')
  assert.equal(silent.cumulative_cost, 25)
  assert.match(silent.evaluations[0].detail, /no cost was declared, so the catalog’s price of 25 cents/)
  const cheap = await spend('buy', 1)
  assert.equal(cheap.cumulative_cost, 50)
  assert.equal(cheap.evaluations[0].requested, 25)
  assert.doesNotMatch(cheap.evaluations[0].detail, /declared/)
  assert.equal((await spend('buy', 40)).cumulative_cost, 90)
  const free = await spend('read')
  assert.equal(free.cumulative_cost, 90)
  assert.match(free.evaluations[0].detail, /no cost was declared, so 0 cents/)
  const over = await spend('buy')
  assert.equal(over.decision, 'BLOCK')
  assert.match(over.block_reason, /25 more would exceed the limit of 100; no cost was declared/)
})

test('the tighter of catalog and passport is in force', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const limit = 'core:cost:max_per_action'
  await publish(server, [{ permission_key: 'buy', constraints: { [limit]: 50 } }])
  const wide = await issue(server, ['buy'], { constraints: { [limit]: 100 } })
  const narrow = await issue(server, ['buy'], { constraints: { [limit]: 10 } })
  const decide = async (id: string, cents: number) =>
    (await enforceWith(server, id, 'buy', cents)).body.decision
  assert.equal(await decide(wide.passport_id, 50), 'PERMIT')
  assert.equal(await decide(wide.passport_id, 51), 'BLOCK')
  assert.equal(await decide(narrow.passport_id, 10), 'PERMIT')
  assert.equal(await decide(narrow.passport_id, 11), 'BLOCK')
})

test('the trust that a permission asks for is asked of check and enforce alike', async (t) => {
  const server = await startServer(t)
  await openGate(server, 'gate_shop', { allow_self_issued: true })
  await publish(server, [
    'read',
    { permission_key: 'buy', min_trust_level: 2 },
    { permission_key: 'pay', min_trust_level: 3 },
  ])
  const held = selfIssue(makeAgent(), { permissions: ['read', 'buy'] })
  const present = (action: string) =>
    server.request('POST', '/api/gates/gate_shop/check', {
      passport: inline(held),
      action,
      assertion: assertion(held, { action, gate_id: 'gate_shop' }),
    })
  assert.equal((await present('read')).body.allowed, true)
  assert.equal((await present('buy')).body.reason_code, 'trust_tier_insufficient')
  const issued = await issue(server, ['buy', 'pay'])
  assert.equal((await checkAt(server, issued.passport_id, 'buy')).body.allowed, true)
  assert.equal((await checkAt(server, issued.passport_id, 'pay')).body.reason_code, 'trust_tier_insufficient')
  assert.equal((await enforceWith(server, issued.passport_id, 'pay')).body.reason, 'trust_tier_insufficient')
})

test('a term that a holder signed for itself is refused when the catalog says otherwise', async (t) => {
  const server = await startServer(t)
  await openGate(server, 'gate_shop', { allow_self_issued: true })
  const present = async (cents: number) => {
    const held = selfIssue(makeAgent(), {
      permissions: [{ permission_key: 'buy', constraints: { [PRICE]: cents } }],
    })
    const answer = await server.request('POST', '/api/gates/gate_shop/check', {
      passport: inline(held),
      action: 'buy',
      assertion: assertion(held, { action: 'buy', gate_id: 'gate_shop' }),
    })
    return answer.body.reason_code
  }
  assert.equal(await present(1), null)
  await publish(server, [at('buy', 25)])
  assert.equal(await present(1), 'terms_mismatch')
  assert.equal(await present(25), null)
})
