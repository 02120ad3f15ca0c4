import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertion, delegate, forge, type HeldPassport, heldFromAnswer, inline, selfIssue } from './agents.ts'
import { type Harness, startServer } from './harness.ts'
import { issue, openGate, PRICE, publish } from './shop.ts'

async function enforce(server: Harness, held: HeldPassport, cost_cents?: number) {
  const acted = { action: 'buy', ...(cost_cents === undefined ? {} : { cost_cents }) }
  const proof = assertion(held, { gate_id: 'gate_shop', ...acted })
  const answer = await server.request('POST', '/api/enforce', {
    passport: inline(held),
    assertion: proof,
    ...acted,
  })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

async function check(server: Harness, held: HeldPassport, key?: null) {
  const proof = assertion(held, { gate_id: 'gate_shop', action: 'buy' })
  const body = { passport: inline(held), assertion: proof, action: 'buy' }
  return (await server.request('POST', '/api/gates/gate_shop/check', body, key === undefined ? {} : { key }))
    .body
}

test('what a catalog limits, a hundred children share with their parent', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [{ permission_key: 'buy', constraints: { 'core:cost:max_per_day': 1000 } }])
  const root = heldFromAnswer(await issue(server, ['buy'], { delegation_authority: true }))
  const children = Array.from({ length: 10 }, () => delegate(root))
  assert.equal((await enforce(server, root, 200)).decision, 'PERMIT')
  const answers = await Promise.all([...children, ...children].map((child) => enforce(server, child, 100)))
  assert.equal(answers.filter(({ decision }) => decision === 'PERMIT').length, 8)
  assert.equal((await enforce(server, root, 1)).blocked_by, 'core:cost:max_per_day')
})

test('a self-issued passport is judged by the catalog in effect, whatever version it pins itself to', async (t) => {
  const server = await startServer(t)
  await openGate(server, 'gate_shop', { allow_self_issued: true })
  const lax = await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: 1 } }])
  await publish(server, [
    { permission_key: 'buy', constraints: { [PRICE]: 50, 'core:cost:max_per_action': 60 } },
  ])
  const pinned = forge(selfIssue(), (envelope) => ({
    ...envelope,
    provenance: {
      ...envelope.provenance,
      gate_id: 'gate_shop',
      catalog_version: lax.version,
      catalog_content_hash: lax.content_hash,
    },
  }))
  const cheap = await enforce(server, pinned, 0)
  assert.deepEqual([cheap.decision, cheap.cumulative_cost], ['PERMIT', 50], 'the price in effect is counted')
  assert.equal((await enforce(server, pinned, 61)).blocked_by, 'core:cost:max_per_action')
  const nonsense = forge(selfIssue(), (envelope) => ({
    ...envelope,
    provenance: { ...envelope.provenance, catalog_version: 99, catalog_content_hash: 'x' },
  }))
  assert.equal((await check(server, nonsense)).allowed, true)
})

test('trust levels of a catalog hold by the origin of the root, and level 3 by proof of possession', async (t) => {
  const server = await startServer(t)
  await openGate(server, 'gate_shop', { allow_self_issued: true })
  const levels = async (min_trust_level: number) =>
    publish(server, [{ permission_key: 'buy', min_trust_level, description: `level ${min_trust_level}` }])
  const issuer_id = (await server.request('POST', '/api/issuers', { name: 'n' })).body.issuer_id
  const grant = { issuer_id, agent_id: 'a', permissions: ['buy'], delegation_authority: true }
  const platform = heldFromAnswer((await server.request('POST', '/api/passports', grant)).body)
  const self = selfIssue()
  const REFUSED = 'trust_tier_insufficient'
  const expected: readonly (readonly [number, string | null, string | null, string | null])[] = [
    [1, null, null, null],
    [2, REFUSED, null, null],
    [3, REFUSED, REFUSED, null],
  ]
  for (const [level, ofSelf, ofPlatform, ofGate] of expected) {
    await levels(level)
    const gate = heldFromAnswer(await issue(server, ['buy'], { delegation_authority: true }))
    for (const [held, reason] of [
      [self, ofSelf],
      [delegate(self), ofSelf],
      [platform, ofPlatform],
      [delegate(platform), ofPlatform],
      [gate, ofGate],
      [delegate(gate), ofGate],
    ] as const) {
      assert.equal((await check(server, held)).reason_code, reason, `${held.id} at level ${level}`)
    }
    const bare = { passport_id: gate.id, action: 'buy' }
    const unproved = (await server.request('POST', '/api/gates/gate_shop/check', bare)).body
    assert.equal(unproved.reason_code, level === 3 ? REFUSED : null)
  }
})
