import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Envelope, formatTimestamp } from '@modei/protocol'
import {
  assertion,
  delegate,
  forge,
  type HeldPassport,
  heldFromAnswer,
  inline,
  makeAgent,
  revocation,
  selfIssue,
} from './agents.ts'
import { type Harness, masked, startServer } from './harness.ts'

const HOUR = 3_600_000
const NOBODY = { key: null }

const register = (server: Harness, held: HeldPassport) =>
  server.request('POST', '/api/passports/register', inline(held), NOBODY)

const revoke = (server: Harness, id: string, body: unknown) =>
  server.request('POST', `/api/passports/${id}/revoke`, body, NOBODY)

async function openGate(server: Harness): Promise<void> {
  const gate = { name: 'Shop', gate_id: 'gate_shop', allow_self_issued: true }
  assert.equal((await server.request('POST', '/api/gates', gate)).status, 201)
}

const checkId = async (server: Harness, passport_id: string) =>
  (await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' }, NOBODY)).body

async function checkInline(server: Harness, held: HeldPassport) {
  const body = {
    passport: inline(held),
    assertion: assertion(held, { gate_id: 'gate_shop', action: 'buy' }),
    action: 'buy',
  }
  return (await server.request('POST', '/api/gates/gate_shop/check', body, NOBODY)).body
}

async function enforceInline(server: Harness, held: HeldPassport) {
  const body = {
    passport: inline(held),
    assertion: assertion(held, { gate_id: 'gate_shop', action: 'buy' }),
    action: 'buy',
  }
  return (await server.request('POST', '/api/enforce', body)).body
}

test('a registered passport is known by its id, without any API key, and registering it again changes nothing', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const held = selfIssue()
  const first = await register(server, held)
  assert.equal(first.status, 200, first.text)
  assert.deepEqual(first.body, {
    passport_id: held.id,
    agent_id: held.envelope.identity.agent_id,
    status: 'active',
  })
  const text = { ...inline(held), passport_json: JSON.stringify(held.envelope) }
  const again = await server.request('POST', '/api/passports/register', text, NOBODY)
  assert.deepEqual(again.body, { ...first.body, status: 'idempotent' })
  const checked = await checkId(server, held.id)
  assert.equal(checked.allowed, true, JSON.stringify(checked))
  assert.equal(checked.access_mode, 'self_issued')
  const enforced = await server.request('POST', '/api/enforce', { passport_id: held.id, action: 'buy' })
  assert.equal(enforced.body.decision, 'PERMIT')
})

test('a delegated passport is registered with its chain, and so is one that descends from a gate’s', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const leaf = delegate(delegate(selfIssue()))
  assert.equal((await register(server, leaf)).body.status, 'active')
  assert.equal((await checkId(server, leaf.id)).allowed, true)

  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
    delegation_authority: true,
  })
  const child = delegate(heldFromAnswer(issued.body))
  assert.equal((await register(server, child)).status, 200)
  const own = await server.request('POST', '/api/enforce', { passport_id: child.id, action: 'buy' })
  assert.equal(own.body.decision, 'PERMIT', own.text)
  // Its root is a gate's, so nobody asks about it without a key of that gate's workspace.
  const stranger = await server.request(
    'POST',
    '/api/gates/gate_shop/check',
    { passport_id: child.id, action: 'buy' },
    NOBODY,
  )
  assert.equal(stranger.status, 401)
})

test('what does not verify, or names ids that are not its key’s, is not registered', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const now = Date.now()
  const good = selfIssue()
  const stranger = makeAgent()
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
    delegation_authority: true,
  })
  const gateRoot = heldFromAnswer(issued.body)
  const withId = (id: string) => forge(good, (e) => ({ ...e, passport_id: id }))
  const withIssuer = (issuer: Partial<Envelope['provenance']['issuer']>) =>
    forge(good, (e) => ({
      ...e,
      provenance: { ...e.provenance, issuer: { ...e.provenance.issuer, ...issuer } },
    }))
  const child = delegate(good)
  const wider = forge(
    child,
    (e) => ({ ...e, permissions: [...e.permissions, { permission_key: 'sell', constraints: {} }] }),
    good.agent,
  )
  const later = forge(
    child,
    (e) => ({ ...e, provenance: { ...e.provenance, expires_at: '2099-01-01T00:00:00.000Z' } }),
    good.agent,
  )
  const noAuthority = selfIssue(makeAgent(), { authority: false })
  const unauthorised = forge(
    delegate(forge(noAuthority, (e) => ({ ...e, delegation_authority: true }))),
    (e) => ({
      ...e,
      provenance: {
        ...e.provenance,
        delegation_chain: [{ passport_json: noAuthority.envelope, signature: noAuthority.signature }],
      },
    }),
    noAuthority.agent,
  )
  const cases: readonly (readonly [string, unknown, string, string | null])[] = [
    [
      'a changed envelope',
      { ...inline(good), passport_json: { ...good.envelope, delegation_authority: false } },
      'passport_invalid',
      'signature_invalid',
    ],
    [
      'a signature of another key',
      inline(forge(good, (e) => e, stranger)),
      'passport_invalid',
      'signature_invalid',
    ],
    [
      'a signature that is not base64',
      { ...inline(good), signature: '!' },
      'passport_invalid',
      'signature_malformed',
    ],
    [
      'a member too many',
      { ...inline(good), passport_json: { ...good.envelope, extra: 1 } },
      'passport_invalid',
      'invalid_envelope_shape',
    ],
    [
      'another version',
      { ...inline(good), passport_json: { ...good.envelope, schema_version: 1 } },
      'passport_invalid',
      'unsupported_schema_version',
    ],
    [
      'an expired one',
      inline(selfIssue(makeAgent(), { issuedAt: now - 2 * HOUR, expiresAt: now - HOUR })),
      'passport_invalid',
      'passport_expired',
    ],
    [
      'one from the future',
      inline(selfIssue(makeAgent(), { issuedAt: now + HOUR })),
      'passport_invalid',
      'invalid_envelope_shape',
    ],
    ['a gate’s', inline(gateRoot), 'passport_invalid', 'unsupported_issuer_type'],
    ['more than its parent grants', inline(wider), 'passport_invalid', 'permission_elevation_in_chain'],
    ['longer than its parent', inline(later), 'passport_invalid', 'expiry_extension_in_chain'],
    [
      'a child of one without authority',
      inline(unauthorised),
      'passport_invalid',
      'delegation_authority_missing',
    ],
    [
      'an agent id of another key',
      inline(
        forge(good, (e) => ({
          ...e,
          identity: { ...e.identity, agent_id: selfIssue().envelope.identity.agent_id },
        })),
      ),
      'issuer_id_mismatch',
      null,
    ],
    [
      'an issuer id of another key',
      inline(withIssuer({ id: `self:${'0'.repeat(64)}` })),
      'issuer_id_mismatch',
      null,
    ],
    ['an id that is a gate’s form', inline(withId('pp_0123456789')), 'request_invalid', null],
    [
      'a self-issued one with a delegate’s id',
      inline(withId('pp_delegate_0123456789')),
      'request_invalid',
      null,
    ],
    ['no agent name', inline(selfIssue(makeAgent(), { name: null })), 'request_invalid', null],
    ['an empty agent name', inline(selfIssue(makeAgent(), { name: '  ' })), 'request_invalid', null],
    ['no signature', { passport_json: good.envelope }, 'request_invalid', null],
    ['a passport that is a number', { passport_json: 7, signature: 'x' }, 'request_invalid', null],
    ['an unknown field', { ...inline(good), metadata: {} }, 'request_invalid', null],
  ]
  for (const [name, body, code, reason] of cases) {
    const answer = await server.request('POST', '/api/passports/register', body, NOBODY)
    assert.equal(answer.status, 422, `${name}: ${answer.text}`)
    assert.equal(answer.body.code, code, `${name}: ${answer.text}`)
    if (reason !== null) assert.equal(answer.body.reason_code, reason, `${name}: ${answer.text}`)
  }
  assert.equal((await register(server, good)).body.status, 'active', 'the honest one is still free')
})

test('a link put above a child in place of its own parent is refused, under the same key and ids too', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = selfIssue()
  const child = delegate(root)
  const twin = selfIssue(root.agent)
  const grafted = forge(
    child,
    (e) => ({
      ...e,
      provenance: {
        ...e.provenance,
        issuer: { ...e.provenance.issuer, id: `delegate:${twin.id}` },
        delegation_chain: [{ passport_json: twin.envelope, signature: twin.signature }],
      },
    }),
    root.agent,
  )
  // What the root's own holder signs anew is a delegation of the twin and good; what the child's holder grafts is not.
  assert.equal((await checkInline(server, grafted)).allowed, true)
  const leaf = delegate(child)
  const regrafted = {
    ...leaf,
    envelope: {
      ...leaf.envelope,
      provenance: {
        ...leaf.envelope.provenance,
        delegation_chain: [
          { passport_json: twin.envelope, signature: twin.signature },
          { passport_json: child.envelope, signature: child.signature },
        ],
      },
    },
  }
  const signed = forge(regrafted, (e) => e, child.agent)
  assert.equal(
    (await revoke(server, root.id, { ...revocation(root.agent, root.id), passport: inline(root) })).status,
    200,
  )
  const honest = await checkInline(server, leaf)
  assert.equal(honest.reason_code, 'passport_revoked')
  const dodged = await checkInline(server, signed)
  assert.equal(dodged.allowed, false)
  assert.equal(dodged.reason_code, 'delegation_chain_invalid_root')
  assert.equal((await register(server, signed)).body.reason_code, 'delegation_chain_invalid_root')
})

test('a known id with other bytes is refused, whoever signed them', async (t) => {
  const server = await startServer(t)
  const id = 'a'.repeat(32)
  const first = selfIssue(makeAgent(), { id })
  assert.equal((await register(server, first)).status, 200)
  for (const other of [
    selfIssue(makeAgent(), { id }),
    selfIssue(first.agent, { id, permissions: ['sell'] }),
  ]) {
    const refused = await register(server, other)
    assert.equal(refused.status, 409, refused.text)
    assert.equal(refused.body.code, 'already_exists')
  }
})

test('twenty registrations at once make one registration', async (t) => {
  const server = await startServer(t)
  const held = selfIssue()
  const answers = await Promise.all(Array.from({ length: 20 }, () => register(server, held)))
  const statuses = answers.map((answer) => answer.body.status).sort()
  assert.deepEqual(statuses, ['active', ...Array<string>(19).fill('idempotent')])
})

test('registering is limited per address and per key, and says when to come back', async (t) => {
  const perAddress = await startServer(t, { MODEI_REGISTER_LIMIT: '3' })
  for (let i = 0; i < 3; i += 1) assert.equal((await register(perAddress, selfIssue())).status, 200)
  const refused = await register(perAddress, selfIssue())
  assert.equal(refused.status, 429)
  assert.equal(refused.body.code, 'rate_limited')
  const wait = Number(refused.headers.get('retry-after'))
  assert.ok(wait >= 1 && wait <= 3600, String(wait))

  const perKey = await startServer(t, { MODEI_REGISTER_LIMIT: '3', MODEI_TRUSTED_PROXIES: '127.0.0.1' })
  const from = (held: HeldPassport, address: string) =>
    perKey.request('POST', '/api/passports/register', inline(held), {
      key: null,
      headers: { 'x-forwarded-for': address },
    })
  const agent = makeAgent()
  for (let i = 0; i < 3; i += 1) assert.equal((await from(selfIssue(agent), `10.0.0.${i}`)).status, 200)
  assert.equal((await from(selfIssue(agent), '10.0.0.9')).status, 429)
  assert.equal((await from(selfIssue(), '10.0.0.9')).status, 200)
  // A passport that only claims the key costs its holder nothing.
  const claimed = forge(selfIssue(makeAgent()), (e) => e, makeAgent())
  for (let i = 0; i < 3; i += 1) await from(claimed, `10.0.1.${i}`)
  assert.equal((await from(selfIssue(claimed.agent), '10.0.2.1')).status, 200)
})

test('the default limit of registrations is 60 an hour', async (t) => {
  const server = await startServer(t, { MODEI_REGISTER_LIMIT: '' })
  assert.equal(server.config.MODEI_REGISTER_LIMIT, 60)
})

test('a holder revokes its passport once, and the next check and enforce refuse it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const held = selfIssue()
  await register(server, held)
  assert.equal((await checkId(server, held.id)).allowed, true)
  const first = await revoke(server, held.id, revocation(held.agent, held.id))
  assert.equal(first.status, 200, first.text)
  assert.deepEqual(first.body, { passport_id: held.id, status: 'revoked' })
  const again = await revoke(server, held.id, revocation(held.agent, held.id))
  assert.deepEqual(again.body, { passport_id: held.id, status: 'already_revoked' })

  assert.equal((await checkId(server, held.id)).reason_code, 'passport_revoked')
  const byId = await server.request('POST', '/api/enforce', { passport_id: held.id, action: 'buy' })
  assert.deepEqual([byId.body.decision, byId.body.reason], ['BLOCK', 'passport_revoked'])
  assert.equal((await enforceInline(server, held)).reason, 'passport_revoked')
  assert.equal((await register(server, held)).body.status, 'idempotent', 'the same bytes change nothing')
  assert.equal((await checkId(server, held.id)).reason_code, 'passport_revoked')
})

test('revoking an ancestor revokes all below it, and whoever holds an ancestor may revoke what is below', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = selfIssue()
  const middle = delegate(root)
  const sibling = delegate(root)
  const leaf = delegate(middle)
  const cousin = delegate(sibling)
  for (const held of [root, leaf]) await register(server, held)
  assert.equal((await checkInline(server, leaf)).allowed, true)

  assert.equal((await revoke(server, leaf.id, revocation(root.agent, leaf.id))).body.status, 'revoked')
  assert.equal((await checkInline(server, leaf)).reason_code, 'passport_revoked')
  assert.equal((await checkInline(server, middle)).allowed, true)

  const body = { ...revocation(middle.agent, middle.id), passport: inline(middle) }
  assert.equal((await revoke(server, middle.id, body)).body.status, 'revoked')
  assert.equal((await checkInline(server, middle)).reason_code, 'passport_revoked')
  assert.equal((await enforceInline(server, delegate(middle))).reason, 'passport_revoked')
  assert.equal((await checkInline(server, cousin)).allowed, true)

  assert.equal((await revoke(server, root.id, revocation(root.agent, root.id))).body.status, 'revoked')
  assert.equal((await checkInline(server, cousin)).reason_code, 'passport_revoked')
  const late = await register(server, delegate(root))
  assert.equal(late.status, 409)
  assert.equal(late.body.code, 'passport_not_active')
})

test('nobody else revokes: not a descendant, not a stranger, not with another’s words or an old or used one', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = selfIssue()
  const child = delegate(root)
  for (const held of [root, child]) await register(server, held)
  const stranger = makeAgent()
  const at = (ms: number) => formatTimestamp(Date.now() + ms)
  const good = revocation(root.agent, root.id)
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['a descendant', revocation(child.agent, root.id), 'assertion_mismatch'],
    ['a stranger', revocation(stranger, root.id), 'assertion_mismatch'],
    ['words about another passport', revocation(root.agent, child.id), 'assertion_mismatch'],
    [
      'words of six minutes ago',
      revocation(root.agent, root.id, { revoked_at: at(-6 * 60_000) }),
      'assertion_mismatch',
    ],
    [
      'words of six minutes ahead',
      revocation(root.agent, root.id, { revoked_at: at(6 * 60_000) }),
      'assertion_mismatch',
    ],
    [
      'a changed nonce',
      { ...good, assertion_json: { ...good.assertion_json, nonce: 'other' } },
      'assertion_mismatch',
    ],
    ['another action', { ...good, assertion_json: { ...good.assertion_json, action: 'buy' } }, ''],
    ['a member too many', { ...good, assertion_json: { ...good.assertion_json, extra: 1 } }, ''],
    [
      'a time without a zone',
      { ...good, assertion_json: { ...good.assertion_json, revoked_at: '2026-05-01T10:00:00' } },
      '',
    ],
    ['no nonce', { ...good, assertion_json: { ...good.assertion_json, nonce: undefined } }, ''],
    ['no signature', { assertion_json: good.assertion_json }, ''],
  ]
  for (const [name, body, reason] of cases) {
    const answer = await revoke(server, root.id, body)
    assert.equal(answer.status, 422, `${name}: ${answer.text}`)
    assert.equal(answer.body.code, 'request_invalid', name)
    if (reason !== '') assert.equal(answer.body.reason_code, reason, `${name}: ${answer.text}`)
  }
  assert.equal((await checkId(server, root.id)).allowed, true)
  // What was refused has not used up the nonce.
  assert.equal((await revoke(server, root.id, good)).status, 200)
  const replayed = await revoke(server, root.id, good)
  assert.equal(replayed.status, 409)
  assert.equal(replayed.body.code, 'nonce_already_used')
})

test('of twenty uses of one nonce at once exactly one counts', async (t) => {
  const server = await startServer(t)
  const held = selfIssue()
  await register(server, held)
  const body = revocation(held.agent, held.id)
  const answers = await Promise.all(Array.from({ length: 20 }, () => revoke(server, held.id, body)))
  assert.deepEqual(
    answers.map((answer) => answer.status).sort((a, b) => a - b),
    [200, ...Array<number>(19).fill(409)],
  )
})

test('what only shares an id is neither revoked nor counted, however it was seen', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const id = 'b'.repeat(32)
  const victim = selfIssue(makeAgent(), { id, constraints: { max_total_cost: 100 } })
  const squatter = selfIssue(makeAgent(), { id, constraints: { max_total_cost: 100 } })
  assert.equal((await checkInline(server, victim)).allowed, true)
  assert.equal((await register(server, squatter)).status, 200)
  assert.equal((await enforceInline(server, squatter)).decision, 'PERMIT')
  const revoked = await revoke(server, squatter.id, revocation(squatter.agent, squatter.id))
  assert.equal(revoked.body.status, 'revoked')
  assert.equal((await checkInline(server, squatter)).reason_code, 'passport_revoked')
  assert.equal((await checkInline(server, victim)).allowed, true)
  const first = await enforceInline(server, victim)
  assert.equal(first.decision, 'PERMIT')
  assert.equal(first.sequence_number, 3, 'its own third decision, the squatter’s left out')

  // The victim's word under the registered id is not the squatter's; with its own passport beside it, it counts.
  const bare = await revoke(server, victim.id, revocation(victim.agent, victim.id))
  assert.equal(bare.body.reason_code, 'assertion_mismatch')
  const own = await revoke(server, victim.id, {
    ...revocation(victim.agent, victim.id),
    passport: inline(victim),
  })
  assert.equal(own.body.status, 'revoked', own.text)
  assert.equal((await checkInline(server, victim)).reason_code, 'passport_revoked')
})

test('a passport that comes with its revocation must be the one, must hold, and must be its holder’s to revoke', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const held = selfIssue()
  const other = selfIssue(held.agent)
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
  })
  const gateHeld = heldFromAnswer(issued.body)
  const said = () => revocation(held.agent, held.id)
  const changed = { ...inline(held), passport_json: { ...held.envelope, delegation_authority: false } }
  const cases: readonly (readonly [string, string, unknown, number, string])[] = [
    ['another passport', held.id, { ...said(), passport: inline(other) }, 422, 'request_invalid'],
    ['a changed one', held.id, { ...said(), passport: changed }, 422, 'passport_invalid'],
    [
      'a gate’s',
      gateHeld.id,
      { ...revocation(gateHeld.agent, gateHeld.id), passport: inline(gateHeld) },
      422,
      'passport_invalid',
    ],
    ['none, and never registered', held.id, said(), 404, 'not_found'],
  ]
  for (const [name, id, body, status, code] of cases) {
    const answer = await revoke(server, id, body)
    assert.equal(answer.status, status, `${name}: ${answer.text}`)
    assert.equal(answer.body.code, code, name)
  }
  const known = await revoke(server, gateHeld.id, revocation(gateHeld.agent, gateHeld.id))
  const unknown = await revoke(server, held.id, said())
  assert.equal(masked(known, gateHeld.id), masked(unknown, held.id), 'a gate’s passport is not told of here')
  assert.equal((await server.request('GET', `/api/passports/${gateHeld.id}`)).body.status, 'active')
})

test('without a key, ids of passports that were issued answer alike whether they exist', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const grant = { agent_id: 'a', permissions: ['buy'] }
  const gates = (await server.request('POST', '/api/gates/gate_shop/passports', grant)).body.passport_id
  const issuer_id = (await server.request('POST', '/api/issuers', { name: 'n' })).body.issuer_id
  const platform = (await server.request('POST', '/api/passports', { issuer_id, ...grant })).body.passport_id
  const ids = [gates, platform, 'pp_000000000000000000000000', selfIssue().id]
  for (const key of [null, server.keys.other]) {
    const answers = await Promise.all(
      ids.map(async (passport_id) => {
        const path = '/api/gates/gate_shop/check'
        return masked(
          await server.request('POST', path, { passport_id, action: 'buy' }, { key }),
          passport_id,
        )
      }),
    )
    assert.match(answers[0] ?? '', /^401 /)
    assert.equal(new Set(answers).size, 1, answers.join('\n'))
  }
  const held = selfIssue()
  await register(server, held)
  for (const key of ['mod_live_0000000000000000000000000000000000000000', 'nonsense-key']) {
    const path = '/api/gates/gate_shop/check'
    const bad = await server.request('POST', path, { passport_id: held.id, action: 'buy' }, { key })
    assert.equal(bad.status, 401, 'a bad key is refused even where none is needed')
  }
  const own = await server.request('POST', '/api/gates/gate_shop/check', {
    passport_id: 'pp_000000000000000000000000',
    action: 'buy',
  })
  assert.deepEqual([own.status, own.body.reason_code], [200, 'passport_not_found'])
  assert.match(own.body.attestation_id, /^att_/)
})

test('a gate that accepts no self-issued passports refuses them by name, with and without a key', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const held = selfIssue()
  await register(server, held)
  assert.equal((await checkId(server, held.id)).reason_code, 'issuer_untrusted')
  assert.equal((await checkInline(server, delegate(held))).reason_code, 'issuer_untrusted')
  assert.equal((await enforceInline(server, held)).reason, 'issuer_untrusted')
})

test('an identity key has a ceiling of decisions an hour, and strangers use up none of its holder’s', async (t) => {
  const server = await startServer(t, { MODEI_SELF_ISSUED_CEILING: '3' })
  await openGate(server)
  const held = selfIssue()
  await register(server, held)
  for (let i = 0; i < 3; i += 1) assert.equal((await checkId(server, held.id)).allowed, true)
  assert.equal((await checkId(server, held.id)).reason_code, 'self_issued_platform_ceiling_exceeded')
  for (let i = 0; i < 3; i += 1) assert.equal((await checkInline(server, held)).allowed, true)
  assert.equal((await checkInline(server, held)).reason_code, 'self_issued_platform_ceiling_exceeded')
  const over = await enforceInline(server, held)
  assert.deepEqual([over.decision, over.reason], ['BLOCK', 'self_issued_platform_ceiling_exceeded'])
  assert.equal(
    (await enforceInline(server, selfIssue(held.agent))).reason,
    'self_issued_platform_ceiling_exceeded',
  )
  assert.equal((await checkInline(server, selfIssue())).allowed, true)
})
