import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGateEnvelope, type Envelope, keySetOf, signEnvelope, verifyPassport } from '@modei/protocol'
import {
  type Agent,
  assertion,
  delegate,
  forge,
  heldFromAnswer,
  inline,
  makeAgent,
  selfIssue,
} from './agents.ts'
import { type Harness, masked, startServer } from './harness.ts'

const UNKNOWN = 'pp_000000000000000000000000'
const HOUR = 3_600_000

interface ExternalIssuer {
  id: string
  key_id: string
  agent: Agent
}

async function externalIssuer(server: Harness, key?: string): Promise<ExternalIssuer> {
  const agent = makeAgent()
  const body = { name: 'Elsewhere', public_key: agent.public_key }
  const made = await server.request('POST', '/api/issuers', body, key === undefined ? {} : { key })
  return { id: made.body.issuer_id, key_id: made.body.signing_key_id, agent }
}

/** An envelope as an issuer that keeps its own key writes it. */
function draft(
  issuer: { id: string; key_id: string },
  over: Partial<Parameters<typeof buildGateEnvelope>[0]> = {},
) {
  const now = Date.now()
  return buildGateEnvelope({
    passportId: `pp_external-${Math.floor(Math.random() * 1e12)}`,
    issuer: { type: 'platform', id: issuer.id, key_id: issuer.key_id },
    agentId: 'agent-1',
    agentName: null,
    publicKey: makeAgent().public_key,
    permissions: [{ permission_key: 'buy', constraints: {} }],
    issuedAt: now,
    expiresAt: now + HOUR,
    ...over,
  })
}

function signedBy(agent: Agent, envelope: Envelope) {
  return { passport_json: envelope, signature: signEnvelope(envelope, agent.seed).signature }
}

async function serverIssuer(server: Harness): Promise<string> {
  return (await server.request('POST', '/api/issuers', { name: 'Acme' })).body.issuer_id
}

test('an issuer’s passport verifies offline, is listed, read and revoked without a gate', async (t) => {
  const server = await startServer(t)
  const issuer = (await server.request('POST', '/api/issuers', { name: 'Acme' })).body
  const id = issuer.issuer_id
  const issued = await server.request('POST', '/api/passports', {
    issuer_id: id,
    agent_id: 'agent-1',
    agent_name: 'One',
    permissions: ['buy', 'read'],
    constraints: { 'core:cost:max_per_action': 500, read: { 'core:rate:max_per_minute': 9 } },
    expires_in: '24h',
    metadata: { team: 'travel' },
  })
  assert.equal(issued.status, 201, issued.text)
  const { passport_json, signature, agent_private_key, ...shown } = issued.body
  assert.equal(typeof agent_private_key, 'string')
  assert.equal(shown.gate_id, id)
  assert.equal(shown.issuer_id, id)
  const keys = keySetOf([
    {
      type: 'platform',
      id,
      signing_keys: [{ key_id: issuer.signing_key_id, public_key: issuer.public_key, status: 'active' }],
    },
  ])
  const verified = verifyPassport(passport_json, signature, { now: Date.now(), keys })
  assert.ok(verified.valid)
  assert.equal(verified.tier, 'L1')

  const path = `/api/passports/${shown.passport_id}`
  const read = await server.request('GET', path)
  assert.equal(read.body.agent_private_key ?? null, null)
  assert.deepEqual(read.body.constraints, shown.constraints)
  assert.deepEqual(read.body.metadata, { team: 'travel' })
  const listed = await server.request('GET', `/api/passports?issuer_id=${id}`)
  assert.deepEqual(
    listed.body.map((passport: { passport_id: string }) => passport.passport_id),
    [shown.passport_id],
  )
  const revoked = await server.request('DELETE', path)
  assert.deepEqual(revoked.body, {
    revoked: true,
    passport_id: shown.passport_id,
    revoked_at: revoked.body.revoked_at,
  })
  assert.deepEqual((await server.request('DELETE', path)).body, revoked.body)
  assert.deepEqual((await server.request('GET', '/api/passports')).body, [])
  assert.equal((await server.request('GET', '/api/passports?status=revoked')).body.length, 1)
  assert.deepEqual((await server.request('GET', '/api/passports?status=all&agent_id=nobody')).body, [])
  const enforced = await server.request('POST', '/api/enforce', {
    passport_id: shown.passport_id,
    action: 'buy',
  })
  assert.equal(enforced.body.reason, 'passport_revoked')
})

test('an issuer’s passport is enforced in the workspace’s own chain, and at a gate of the workspace', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop', profile: 'L2' })
  const issuer_id = await serverIssuer(server)
  const grant = { issuer_id, agent_id: 'a', permissions: ['buy'], constraints: { 'core:rate:max_total': 1 } }
  const { passport_id } = (await server.request('POST', '/api/passports', grant)).body
  const checked = await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })
  assert.equal(checked.body.allowed, true, checked.text)
  assert.equal(checked.body.access_mode, 'passport')
  const enforce = () => server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  assert.equal((await enforce()).body.decision, 'PERMIT')
  const over = await enforce()
  assert.equal(over.body.blocked_by, 'core:rate:max_total')
  const record = await server.request('GET', `/api/enforcement/${over.body.attestation_id}`)
  assert.equal(record.body.gate_id, issuer_id, 'where there is no gate, the issuer')
  assert.equal(JSON.parse(record.body.attestation_json).chain_id, server.workspaces.own)
})

test('the gate of a passport lists it, and a gate’s passport is read and revoked by its id alone', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
  })
  const path = `/api/passports/${issued.body.passport_id}`
  assert.equal((await server.request('GET', path)).body.gate_id, 'gate_shop')
  assert.deepEqual((await server.request('GET', '/api/passports')).body, [])
  assert.equal((await server.request('DELETE', path)).body.revoked, true)
  const at = await server.request('GET', `/api/gates/gate_shop/passports/${issued.body.passport_id}`)
  assert.equal(at.body.status, 'revoked')
})

test('an issuer that keeps its key hands in what it signed, and nobody else can', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issuer = await externalIssuer(server)
  const envelope = draft(issuer, {
    permissions: [{ permission_key: 'buy', constraints: { 'core:cost:max_per_action': 500 } }],
  })
  const taken = await server.request('POST', '/api/passports', {
    issuer_id: issuer.id,
    ...signedBy(issuer.agent, envelope),
    metadata: { note: 'x' },
  })
  assert.equal(taken.status, 201, taken.text)
  assert.equal(taken.body.passport_id, envelope.passport_id)
  assert.equal(taken.body.public_key, issuer.agent.public_key)
  assert.equal(taken.body.agent_private_key ?? null, null)
  assert.deepEqual(taken.body.constraints, { buy: { 'core:cost:max_per_action': 500 } })
  const passport_id = envelope.passport_id
  const check = await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })
  assert.equal(check.body.allowed, true, check.text)
  const enforced = await server.request('POST', '/api/enforce', {
    passport_id,
    action: 'buy',
    cost_cents: 501,
  })
  assert.equal(enforced.body.blocked_by, 'core:cost:max_per_action')

  const asked = await server.request('POST', '/api/passports', {
    issuer_id: issuer.id,
    agent_id: 'a',
    permissions: ['buy'],
  })
  assert.equal(asked.status, 409)
  assert.equal(asked.body.code, 'issuer_key_external')
})

test('what an issuer hands in is held to all that a passport signed here is', async (t) => {
  const server = await startServer(t)
  const issuer = await externalIssuer(server)
  const kept = await serverIssuer(server)
  const keptKey = (await server.request('GET', `/api/issuers/${kept}`)).body.signing_key_id
  const good = draft(issuer)
  const now = Date.now()
  const stranger = makeAgent()
  const permission = (constraints: Record<string, number | string>) => ({
    permissions: [{ permission_key: 'buy', constraints }],
  })
  const cases: readonly (readonly [string, Envelope, Agent, string, string])[] = [
    ['a stranger’s signature', good, stranger, 'passport_invalid', 'signature_invalid'],
    [
      'a key that the issuer does not have',
      draft({ id: issuer.id, key_id: 'sk_000000000000' }),
      issuer.agent,
      'passport_invalid',
      'signature_key_unavailable',
    ],
    [
      'a key of another issuer',
      draft({ id: kept, key_id: keptKey }),
      issuer.agent,
      'passport_invalid',
      'signature_invalid',
    ],
    [
      'an expired one',
      draft(issuer, { issuedAt: now - 2 * HOUR, expiresAt: now - HOUR }),
      issuer.agent,
      'passport_invalid',
      'passport_expired',
    ],
    [
      'one from the future',
      draft(issuer, { issuedAt: now + HOUR, expiresAt: now + 2 * HOUR }),
      issuer.agent,
      'passport_invalid',
      'invalid_envelope_shape',
    ],
    [
      'one of type gate',
      { ...good, provenance: { ...good.provenance, issuer: { ...good.provenance.issuer, type: 'gate' } } },
      issuer.agent,
      'passport_invalid',
      'unsupported_issuer_type',
    ],
    [
      'an id of self-issued form',
      draft(issuer, { passportId: 'pp_self_0123' }),
      issuer.agent,
      'request_invalid',
      '/passport_id',
    ],
    [
      'an id with a slash',
      draft(issuer, { passportId: 'pp_a/b' }),
      issuer.agent,
      'request_invalid',
      '/passport_id',
    ],
    [
      'an agent id that climbs',
      draft(issuer, { agentId: 'a/../b' }),
      issuer.agent,
      'request_invalid',
      '/identity/agent_id',
    ],
    [
      'twenty years',
      draft(issuer, { expiresAt: now + 20 * 365 * 24 * HOUR }),
      issuer.agent,
      'request_invalid',
      '/provenance/expires_at',
    ],
    ['no permission', draft(issuer, { permissions: [] }), issuer.agent, 'request_invalid', '/permissions'],
    [
      'a permission twice',
      draft(issuer, {
        permissions: [
          { permission_key: 'buy', constraints: {} },
          { permission_key: 'buy', constraints: {} },
        ],
      }),
      issuer.agent,
      'request_invalid',
      '/permissions',
    ],
    [
      'an unknown constraint',
      draft(issuer, permission({ 'core:cost:max_per_actoin': 5 })),
      issuer.agent,
      'request_invalid',
      '/permissions/0/constraints/core:cost:max_per_actoin',
    ],
    [
      'a limit of the wrong type',
      draft(issuer, permission({ 'core:cost:max_per_action': 'much' })),
      issuer.agent,
      'request_invalid',
      '/permissions/0/constraints/core:cost:max_per_action',
    ],
    [
      'a short name of the wrong type',
      draft(issuer, permission({ max_total_cost: -1 })),
      issuer.agent,
      'request_invalid',
      '/permissions/0/constraints/core:cost:max_cumulative',
    ],
    [
      'a price of its own',
      draft(issuer, permission({ 'core:pricing:per_call_cents': 1 })),
      issuer.agent,
      'request_invalid',
      '/permissions/0/constraints/core:pricing:per_call_cents',
    ],
    [
      'a catalog pin',
      draft(issuer, { catalog: { version: 1, content_hash: 'a'.repeat(64) } }),
      issuer.agent,
      'request_invalid',
      '/provenance',
    ],
  ]
  for (const [name, envelope, agent, code, what] of cases) {
    const answer = await server.request('POST', '/api/passports', signedBy(agent, envelope))
    assert.equal(answer.status, 422, `${name}: ${answer.text}`)
    assert.equal(answer.body.code, code, `${name}: ${answer.text}`)
    if (code === 'passport_invalid') assert.equal(answer.body.reason_code, what, name)
    else assert.equal(answer.body.errors[0].pointer, `/body/passport_json${what}`, name)
  }
  const named = { issuer_id: kept, ...signedBy(issuer.agent, good) }
  const misnamed = await server.request('POST', '/api/passports', named)
  assert.equal(misnamed.body.errors[0].pointer, '/body/issuer_id', misnamed.text)
  assert.deepEqual((await server.request('GET', '/api/passports?status=all')).body, [])
})

test('an id that is taken is refused, however good the signature', async (t) => {
  const server = await startServer(t)
  const issuer = await externalIssuer(server)
  const elsewhere = await externalIssuer(server, server.keys.other)
  const envelope = draft(issuer, { passportId: 'pp_mine' })
  const first = await server.request('POST', '/api/passports', signedBy(issuer.agent, envelope))
  assert.equal(first.status, 201, first.text)
  const again = await server.request('POST', '/api/passports', signedBy(issuer.agent, envelope))
  assert.equal(again.status, 409)
  assert.equal(again.body.code, 'already_exists')
  const squatter = draft(elsewhere, { passportId: 'pp_mine' })
  const squat = await server.request('POST', '/api/passports', signedBy(elsewhere.agent, squatter), {
    key: server.keys.other,
  })
  assert.equal(squat.status, 409)
  const parallel = await Promise.all(
    Array.from({ length: 10 }, () =>
      server.request(
        'POST',
        '/api/passports',
        signedBy(issuer.agent, draft(issuer, { passportId: 'pp_race' })),
      ),
    ),
  )
  assert.deepEqual(
    parallel.map((answer) => answer.status).sort((a, b) => a - b),
    [201, ...Array<number>(9).fill(409)],
  )
})

test('counted limits of an envelope that an issuer signed itself measure the whole passport', async (t) => {
  const server = await startServer(t)
  const issuer = await externalIssuer(server)
  const envelope = draft(issuer, {
    permissions: [
      { permission_key: 'buy', constraints: { 'core:rate:max_total': 3 } },
      { permission_key: 'read', constraints: {} },
      { permission_key: 'pay', constraints: { max_total_cost: 100 } },
    ],
  })
  const { passport_id } = (await server.request('POST', '/api/passports', signedBy(issuer.agent, envelope)))
    .body
  const enforce = async (action: string, cost_cents = 0) =>
    (await server.request('POST', '/api/enforce', { passport_id, action, cost_cents })).body
  assert.equal((await enforce('read', 60)).decision, 'PERMIT')
  assert.equal((await enforce('read')).decision, 'PERMIT')
  assert.equal((await enforce('pay', 41)).blocked_by, 'core:cost:max_cumulative')
  assert.equal((await enforce('buy')).decision, 'PERMIT')
  assert.equal((await enforce('buy')).blocked_by, 'core:rate:max_total')

  const looser = { buy: { 'core:rate:max_total': 9 } }
  const refused = await server.request('PUT', `/api/passports/${passport_id}/constraints`, looser)
  assert.equal(refused.status, 422, refused.text)
  assert.equal(refused.body.code, 'constraint_loosens_grant')
  const set = { 'core:scope:action_blocklist': ['read'] }
  assert.equal((await server.request('PUT', `/api/passports/${passport_id}/constraints`, set)).status, 200)
  assert.equal((await enforce('read')).blocked_by, 'core:scope:action_blocklist')
  assert.equal((await enforce('buy')).blocked_by, 'core:rate:max_total')
})

test('another workspace’s issuers and passports answer like ones that never existed', async (t) => {
  const server = await startServer(t)
  const options = { key: server.keys.other }
  const issuer = await externalIssuer(server)
  const envelope = draft(issuer)
  const id = envelope.passport_id
  await server.request('POST', '/api/passports', signedBy(issuer.agent, envelope))
  for (const method of ['GET', 'DELETE']) {
    const real = await server.request(method, `/api/passports/${id}`, undefined, options)
    const unknown = await server.request(method, `/api/passports/${UNKNOWN}`, undefined, options)
    assert.equal(real.status, 404, real.text)
    assert.equal(masked(real, id), masked(unknown, UNKNOWN))
  }
  assert.deepEqual((await server.request('GET', '/api/passports?status=all', undefined, options)).body, [])
  const listed = await server.request('GET', `/api/passports?issuer_id=${issuer.id}`, undefined, options)
  assert.deepEqual(listed.body, [])
  const none = 'iss_000000000000000000000000'
  const real = await server.request('POST', '/api/passports', signedBy(issuer.agent, draft(issuer)), options)
  const unknown = await server.request(
    'POST',
    '/api/passports',
    signedBy(issuer.agent, draft({ id: none, key_id: issuer.key_id })),
    options,
  )
  assert.equal(real.status, 404, real.text)
  assert.equal(masked(real, issuer.id), masked(unknown, none))
})

test('requests that are neither a grant nor a signed passport are refused, their fields named', async (t) => {
  const server = await startServer(t)
  const issuer_id = await serverIssuer(server)
  const grant = { issuer_id, agent_id: 'a', permissions: ['buy'] }
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['nothing', {}, '/body/'],
    ['an unknown field', { ...grant, permisions: ['x'] }, '/body/permisions'],
    ['no permission', { ...grant, permissions: [] }, '/body/permissions'],
    ['a pattern in the middle', { ...grant, permissions: ['a:*:b'] }, '/body/permissions/0'],
    ['two lifetimes', { ...grant, expires_in: '1h', expires_in_seconds: 60 }, '/body/expires_in'],
    ['a lifetime of nothing', { ...grant, expires_in_seconds: 0 }, '/body/expires_in_seconds'],
    ['eleven years', { ...grant, expires_in: '11y' }, '/body/expires_in'],
    [
      'an unknown constraint',
      { ...grant, constraints: { 'core:rate:max_per_minut': 1 } },
      '/body/constraints/',
    ],
    ['an issuer id that is a number', { ...grant, issuer_id: 1 }, '/body/issuer_id'],
    ['no signature', { passport_json: {} }, '/body/signature'],
  ]
  for (const [name, body, pointer] of cases) {
    const answer = await server.request('POST', '/api/passports', body)
    assert.equal(answer.status, 422, `${name}: ${answer.text}`)
    assert.equal(answer.body.code, 'request_invalid', `${name}: ${answer.text}`)
    assert.ok(
      answer.body.errors.some((error: { pointer: string }) => error.pointer.startsWith(pointer)),
      `${name}: ${answer.text}`,
    )
  }
  const issuing = await server.keyWith('passports:issue')
  assert.equal((await server.request('POST', '/api/passports', grant, { key: issuing })).status, 201)
  const revoking = await server.request('DELETE', `/api/passports/${UNKNOWN}`, undefined, { key: issuing })
  assert.equal(revoking.status, 403)
  const reader = await server.keyWith('passports:read')
  const refused = await server.request('POST', '/api/passports', grant, { key: reader })
  assert.equal(refused.body.required_scope, 'passports:write')
})

test('verifying tells of bytes, chain, time and revocation, and of what was never seen here', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  await server.request(
    'POST',
    '/api/gates',
    { name: 'Theirs', gate_id: 'gate_theirs' },
    { key: server.keys.other },
  )
  const grant = { agent_id: 'a', permissions: ['buy'], delegation_authority: true }
  const issued = (await server.request('POST', '/api/gates/gate_shop/passports', grant)).body
  const theirs = (
    await server.request('POST', '/api/gates/gate_theirs/passports', grant, { key: server.keys.other })
  ).body
  const root = heldFromAnswer(issued)
  const child = delegate(root)
  const own = selfIssue()
  const registered = selfIssue()
  await server.request('POST', '/api/passports/register', inline(registered), { key: null })
  const past = Date.now() - 2 * HOUR
  const verify = async (body: unknown) => (await server.request('POST', '/api/passports/verify', body)).body
  const tampered = { ...inline(own), passport_json: { ...own.envelope, delegation_authority: false } }
  const cases: readonly (readonly [string, unknown, string | null, string, string | null])[] = [
    ['a gate’s', inline(root), null, 'active', 'L2'],
    [
      'a gate’s, as text',
      { passport_json: issued.passport_json, signature: issued.signature },
      null,
      'active',
      'L2',
    ],
    ['a delegate of it', inline(child), null, 'unknown', 'L2'],
    ['a self-issued one', inline(own), null, 'unknown', 'L0'],
    ['a registered one', inline(registered), null, 'active', 'L0'],
    [
      'an expired one',
      inline(selfIssue(makeAgent(), { issuedAt: past, expiresAt: past + HOUR })),
      'passport_expired',
      'expired',
      'L0',
    ],
    ['a changed one', tampered, 'signature_invalid', 'unknown', null],
    ['no envelope', { passport_json: {}, signature: 'x' }, 'invalid_envelope_shape', 'unknown', null],
    [
      'ids of another key',
      inline(forge(own, (e) => ({ ...e, identity: { ...e.identity, agent_id: 'agent_self_other' } }))),
      'invalid_envelope_shape',
      'unknown',
      null,
    ],
    [
      'a gate’s of another workspace',
      { passport_json: theirs.passport_json, signature: theirs.signature },
      'signature_key_unavailable',
      'unknown',
      null,
    ],
    ['its delegate', inline(delegate(heldFromAnswer(theirs))), 'signature_key_unavailable', 'unknown', null],
  ]
  for (const [name, body, reason, status, tier] of cases) {
    const verdict = await verify(body)
    assert.equal(verdict.reason_code, reason, `${name}: ${JSON.stringify(verdict)}`)
    assert.equal(verdict.valid, reason === null, name)
    assert.equal(verdict.status, status, name)
    assert.equal(verdict.tier, tier, name)
    assert.equal(verdict.reason === null, reason === null, name)
  }
  await server.request('DELETE', `/api/passports/${issued.passport_id}`)
  for (const body of [inline(root), inline(child)]) {
    const verdict = await verify(body)
    assert.deepEqual(
      [verdict.valid, verdict.reason_code, verdict.status],
      [false, 'passport_revoked', 'revoked'],
    )
  }
})

test('a trusted issuer of another workspace lends its verdict and nothing else', async (t) => {
  const server = await startServer(t)
  const theirs = { key: server.keys.other }
  const issuer_id = (await server.request('POST', '/api/issuers', { name: 'Theirs' }, theirs)).body.issuer_id
  const grant = {
    issuer_id,
    agent_id: 'a',
    permissions: ['buy'],
    constraints: { 'core:rate:max_total': 2 },
    delegation_authority: true,
  }
  const issued = (await server.request('POST', '/api/passports', grant, theirs)).body
  const { passport_id } = issued
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const check = async () =>
    (await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })).body
  assert.equal((await check()).reason_code, 'passport_not_found')

  await server.request('PATCH', '/api/gates/gate_shop', { trusted_issuers: [issuer_id] })
  assert.equal((await check()).allowed, true)
  const held = heldFromAnswer(issued)
  const enforce = async () => {
    const proof = assertion(held, { gate_id: 'gate_shop', action: 'buy' })
    return (await server.request('POST', '/api/enforce', { passport_id, action: 'buy', assertion: proof }))
      .body
  }
  assert.equal((await enforce()).decision, 'PERMIT')
  assert.equal((await enforce()).decision, 'PERMIT')
  assert.equal((await enforce()).blocked_by, 'core:rate:max_total')
  // Their own workspace counts for itself.
  const there = await server.request('POST', '/api/enforce', { passport_id, action: 'buy' }, theirs)
  assert.equal(there.body.decision, 'PERMIT', there.text)

  for (const path of [
    `/api/passports/${passport_id}`,
    `/api/passports/${passport_id}/constraints`,
    `/api/issuers/${issuer_id}`,
  ]) {
    assert.equal((await server.request('GET', path)).status, 404, path)
  }
  assert.deepEqual((await server.request('GET', '/api/passports?status=all')).body, [])
  assert.equal((await server.request('DELETE', `/api/passports/${passport_id}`)).status, 404)
  // What was decided here is this workspace's own to read, and what was decided there is not.
  const decided = await server.request('GET', `/api/passports/${passport_id}/enforcement`)
  assert.equal(decided.body.length, 3)
  assert.ok(decided.body.every((record: { gate_id: string }) => record.gate_id === 'gate_shop'))
  // Without the gate that trusts it, it is unknown.
  const elsewhere = await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  assert.equal(elsewhere.status, 404)

  await server.request('DELETE', `/api/passports/${passport_id}`, undefined, theirs)
  assert.equal((await check()).reason_code, 'passport_revoked')
  await server.request('PATCH', '/api/gates/gate_shop', { trusted_issuers: [] })
  assert.equal((await check()).reason_code, 'passport_not_found')
})

test('bytes that an issuer signed and never handed in count for nothing, and neither do passports below them', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop', allow_self_issued: true })
  const issuer = await externalIssuer(server)
  const agent = makeAgent()
  const over = { passportId: 'pp_handed-in', publicKey: agent.public_key, delegationAuthority: true }
  const signed = (envelope: Envelope) => {
    const { signature } = signEnvelope(envelope, issuer.agent.seed)
    return { agent, envelope, signature, id: envelope.passport_id }
  }
  const known = signed(draft(issuer, over))
  assert.equal((await server.request('POST', '/api/passports', inline(known))).status, 201)
  const wider = { ...over, permissions: [{ permission_key: '*', constraints: {} }] }
  const other = signed(draft(issuer, wider))
  const secret = signed(draft(issuer, { ...over, passportId: 'pp_never-handed-in' }))
  const ask = async (held: typeof known) => {
    const proof = assertion(held, { gate_id: 'gate_shop', action: 'buy' })
    const body = { passport: inline(held), assertion: proof, action: 'buy' }
    const checked = await server.request('POST', '/api/gates/gate_shop/check', body)
    const enforced = await server.request('POST', '/api/enforce', {
      ...body,
      assertion: assertion(held, { gate_id: 'gate_shop', action: 'buy' }),
    })
    return [checked.body.reason_code, enforced.status]
  }
  for (const held of [known, delegate(known)]) assert.deepEqual(await ask(held), [null, 200])
  for (const held of [other, delegate(other), secret, delegate(secret)]) {
    assert.deepEqual(await ask(held), ['passport_not_found', 404], held.id)
  }
  const registered = await server.request('POST', '/api/passports/register', inline(delegate(secret)), {
    key: null,
  })
  assert.equal(registered.body.reason_code, 'passport_not_found')
})

test('a key that an issuer signs with no more signs nothing that is handed in', async (t) => {
  const server = await startServer(t)
  const id = await serverIssuer(server)
  const key = await server.store.read
    .selectFrom('signing_keys')
    .selectAll()
    .where('owner_id', '=', id)
    .executeTakeFirstOrThrow()
  const leaked = makeAgent(server.app.services.box.open(key.sealed_seed ?? '', key.id))
  await server.request('POST', `/api/issuers/${id}/keys/rotate`)
  const envelope = draft({ id, key_id: key.id })
  const refused = await server.request('POST', '/api/passports', signedBy(leaked, envelope))
  assert.deepEqual([refused.status, refused.body.reason_code], [422, 'signature_key_unavailable'])
})
