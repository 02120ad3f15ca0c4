import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertion, delegate, type HeldPassport, heldFromAnswer, inline, selfIssue } from './agents.ts'
import { type Harness, startServer } from './harness.ts'

interface Cast {
  gate: HeldPassport
  otherGate: HeldPassport
  issuer: HeldPassport
  trusted: HeldPassport
  untrusted: HeldPassport
  self: HeldPassport
}

const GRANT = { agent_id: 'a', permissions: ['buy'], delegation_authority: true }

/** A gate of the given profile, and one passport of every origin. */
async function castFor(server: Harness, settings: Record<string, unknown>): Promise<Cast> {
  const theirs = { key: server.keys.other }
  const issuerOf = async (options: { key?: string }) =>
    (await server.request('POST', '/api/issuers', { name: 'n' }, options)).body.issuer_id
  const issuedBy = async (issuer_id: string, options: { key?: string }) =>
    heldFromAnswer((await server.request('POST', '/api/passports', { issuer_id, ...GRANT }, options)).body)
  const trusted = await issuerOf(theirs)
  const made = await server.request('POST', '/api/gates', {
    name: 'Shop',
    gate_id: 'gate_shop',
    trusted_issuers: [trusted],
    ...settings,
  })
  assert.equal(made.status, 201, made.text)
  await server.request('POST', '/api/gates', { name: 'Other', gate_id: 'gate_other' })
  const at = async (gate: string) =>
    heldFromAnswer((await server.request('POST', `/api/gates/${gate}/passports`, GRANT)).body)
  const self = selfIssue()
  await server.request('POST', '/api/passports/register', inline(self), { key: null })
  return {
    gate: await at('gate_shop'),
    otherGate: await at('gate_other'),
    issuer: await issuedBy(await issuerOf({}), {}),
    trusted: await issuedBy(trusted, theirs),
    untrusted: await issuedBy(await issuerOf(theirs), theirs),
    self,
  }
}

async function reasonFor(server: Harness, held: HeldPassport, proved: boolean): Promise<string | null> {
  const proof = proved ? { assertion: assertion(held, { gate_id: 'gate_shop', action: 'buy' }) } : {}
  const body = { passport_id: held.id, action: 'buy', ...proof }
  const answer = await server.request('POST', '/api/gates/gate_shop/check', body)
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.body.allowed, answer.body.reason_code === null)
  return answer.body.reason_code
}

const PROFILES: readonly (readonly [
  string,
  Record<string, unknown>,
  boolean,
  Record<keyof Cast, string | null>,
])[] = [
  [
    'L1 that accepts self-issued passports',
    { profile: 'L1', allow_self_issued: true },
    false,
    {
      gate: null,
      otherGate: 'issuer_untrusted',
      issuer: null,
      trusted: null,
      untrusted: 'passport_not_found',
      self: null,
    },
  ],
  [
    'L1',
    { profile: 'L1' },
    false,
    {
      gate: null,
      otherGate: 'issuer_untrusted',
      issuer: null,
      trusted: null,
      untrusted: 'passport_not_found',
      self: 'issuer_untrusted',
    },
  ],
  [
    'L2',
    { profile: 'L2' },
    false,
    {
      gate: null,
      otherGate: 'issuer_untrusted',
      issuer: null,
      trusted: null,
      untrusted: 'passport_not_found',
      self: 'issuer_untrusted',
    },
  ],
  [
    'L3 without proof of possession',
    { profile: 'L3' },
    false,
    {
      gate: 'missing_assertion',
      otherGate: 'issuer_untrusted',
      issuer: 'missing_assertion',
      trusted: 'missing_assertion',
      untrusted: 'passport_not_found',
      self: 'issuer_untrusted',
    },
  ],
  [
    'L3 with proof of possession',
    { profile: 'L3' },
    true,
    {
      gate: null,
      otherGate: 'issuer_untrusted',
      issuer: null,
      trusted: null,
      untrusted: 'passport_not_found',
      self: 'issuer_untrusted',
    },
  ],
]

for (const [name, settings, proved, expected] of PROFILES) {
  test(`a gate of profile ${name} accepts exactly whom it should`, async (t) => {
    const server = await startServer(t)
    const cast = await castFor(server, settings)
    const reasons = {
      gate: await reasonFor(server, cast.gate, proved),
      otherGate: await reasonFor(server, cast.otherGate, proved),
      issuer: await reasonFor(server, cast.issuer, proved),
      trusted: await reasonFor(server, cast.trusted, proved),
      untrusted: await reasonFor(server, cast.untrusted, proved),
      self: await reasonFor(server, cast.self, proved),
    }
    assert.deepEqual(reasons, expected)
  })
}

test('at L3 every check and every enforce needs an assertion of its own', async (t) => {
  const server = await startServer(t)
  const { gate } = await castFor(server, { profile: 'L3' })
  const child = delegate(gate)
  await server.request('POST', '/api/passports/register', inline(child), { key: null })
  for (const held of [gate, child]) {
    const request = { passport_id: held.id, action: 'buy' }
    const bare = await server.request('POST', '/api/enforce', request)
    assert.deepEqual([bare.body.decision, bare.body.reason], ['BLOCK', 'missing_assertion'], bare.text)
    const proved = { ...request, assertion: assertion(held, { gate_id: 'gate_shop', action: 'buy' }) }
    assert.equal((await server.request('POST', '/api/enforce', proved)).body.decision, 'PERMIT')
    const replayed = await server.request('POST', '/api/enforce', proved)
    assert.deepEqual([replayed.body.decision, replayed.body.reason], ['BLOCK', 'assertion_mismatch'])
    const checked = await server.request('POST', '/api/gates/gate_shop/check', proved)
    assert.equal(checked.body.reason_code, 'assertion_mismatch')
  }
  const parents = {
    passport_id: child.id,
    action: 'buy',
    assertion: assertion({ ...child, agent: gate.agent }, { gate_id: 'gate_shop', action: 'buy' }),
  }
  assert.equal((await server.request('POST', '/api/enforce', parents)).body.reason, 'assertion_mismatch')
})

test('raising a gate to L3 holds on the very next decision', async (t) => {
  const server = await startServer(t)
  const { gate } = await castFor(server, { profile: 'L1' })
  assert.equal(await reasonFor(server, gate, false), null)
  await server.request('PATCH', '/api/gates/gate_shop', { profile: 'L3' })
  assert.equal(await reasonFor(server, gate, false), 'missing_assertion')
})

test('no gate above L1 can accept self-issued passports, whichever setting comes first', async (t) => {
  const server = await startServer(t)
  for (const profile of ['L2', 'L3']) {
    const made = await server.request('POST', '/api/gates', {
      name: 'n',
      gate_id: 'gate_new',
      profile,
      allow_self_issued: true,
    })
    assert.equal(made.status, 422, made.text)
    assert.equal(made.body.errors[0].pointer, '/body/allow_self_issued')
  }
  await castFor(server, { profile: 'L1', allow_self_issued: true })
  const settings = async () => {
    const { profile, allow_self_issued } = (await server.request('GET', '/api/gates/gate_shop')).body
    return [profile, allow_self_issued]
  }
  for (const profile of ['L2', 'L3']) {
    for (const method of ['PATCH', 'PUT']) {
      const raised = await server.request(method, '/api/gates/gate_shop', { profile })
      assert.equal(raised.status, 422, raised.text)
    }
  }
  assert.deepEqual(await settings(), ['L1', true])
  const both = { profile: 'L2', allow_self_issued: false }
  assert.equal((await server.request('PATCH', '/api/gates/gate_shop', both)).status, 200)
  const opened = await server.request('PATCH', '/api/gates/gate_shop', { allow_self_issued: true })
  assert.equal(opened.status, 422)
  assert.deepEqual(await settings(), ['L2', false])
  assert.equal(
    (await server.request('PATCH', '/api/gates/gate_shop', { profile: 'L1', allow_self_issued: true }))
      .status,
    200,
  )
})
