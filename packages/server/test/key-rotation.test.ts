import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateKeySet, verifyPassport } from '@modei/protocol'
import { assertion, delegate, heldFromAnswer, inline } from './agents.ts'
import { type Harness, masked, startServer } from './harness.ts'

async function makeGate(server: Harness): Promise<void> {
  const made = await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  assert.equal(made.status, 201, made.text)
}

async function issue(server: Harness, over: Record<string, unknown> = {}) {
  const grant = { agent_id: 'a', permissions: ['buy'], ...over }
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', grant)
  assert.equal(issued.status, 201, issued.text)
  return issued.body
}

const rotate = (server: Harness, body?: unknown) =>
  server.request('POST', '/api/gates/gate_shop/keys/rotate', body)

const check = async (server: Harness, passport_id: string) =>
  (await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })).body

const enforce = async (server: Harness, passport_id: string) =>
  (await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })).body

const verify = async (server: Harness, attestationId: string) =>
  (await server.request('POST', `/api/attestations/${attestationId}/verify`)).body

const publicDocument = async (server: Harness) =>
  (await server.request('GET', '/api/gates/gate_shop/public', undefined, { key: null })).body

test('after a rotation the new key signs, and what the old one signed verifies for ever', async (t) => {
  const server = await startServer(t)
  await makeGate(server)
  const before = (await server.request('GET', '/api/gates/gate_shop')).body
  const old = await issue(server)
  const earlier = await enforce(server, old.passport_id)

  const rotated = await rotate(server)
  assert.equal(rotated.status, 200, rotated.text)
  assert.equal(rotated.body.previous_key_id, before.signing_key_id)
  assert.equal(rotated.body.compromised, false)
  assert.notEqual(rotated.body.public_key, before.public_key)

  const gate = (await server.request('GET', '/api/gates/gate_shop')).body
  assert.equal(gate.signing_key_id, rotated.body.signing_key_id)
  assert.equal(gate.public_key, rotated.body.public_key)
  const document = await publicDocument(server)
  assert.deepEqual(
    document.signing_keys.map((key: { key_id: string; status: string }) => [key.key_id, key.status]),
    [
      [rotated.body.signing_key_id, 'active'],
      [before.signing_key_id, 'retired'],
    ],
  )

  const next = await issue(server)
  assert.equal(next.signing_key_id, rotated.body.signing_key_id)
  for (const { passport_json, signature } of [old, next]) {
    assert.ok(verifyPassport(passport_json, signature, { now: Date.now(), keys: gateKeySet(document) }).valid)
  }
  assert.equal((await check(server, old.passport_id)).allowed, true)
  const later = await enforce(server, old.passport_id)
  assert.equal(later.decision, 'PERMIT')
  assert.equal(later.signing_key_id, rotated.body.signing_key_id)
  for (const { attestation_id } of [earlier, later]) {
    assert.deepEqual(await verify(server, attestation_id), {
      valid: true,
      signature_ok: true,
      chain_ok: true,
      reason: null,
      signing_key_id: attestation_id === earlier.attestation_id ? before.signing_key_id : gate.signing_key_id,
      kept_from: null,
    })
  }
})

test('passports that a compromised key signed are refused on the very next decision, and so are all below them', async (t) => {
  const server = await startServer(t)
  await makeGate(server)
  const old = await issue(server, { delegation_authority: true })
  const child = delegate(heldFromAnswer(old))
  const childRequest = (action: string) => ({
    passport: inline(child),
    assertion: assertion(child, { gate_id: 'gate_shop', action }),
    action,
  })
  const registered = await server.request(
    'POST',
    '/api/passports/register',
    inline(delegate(heldFromAnswer(old))),
    { key: null },
  )
  assert.equal(registered.status, 200, registered.text)
  assert.equal((await check(server, old.passport_id)).allowed, true)
  assert.equal((await server.request('POST', '/api/enforce', childRequest('buy'))).body.decision, 'PERMIT')

  assert.equal((await rotate(server, { compromised: true })).body.compromised, true)
  const next = await issue(server)
  assert.equal((await check(server, old.passport_id)).reason_code, 'signing_key_compromised')
  const blocked = await enforce(server, old.passport_id)
  assert.deepEqual([blocked.decision, blocked.reason], ['BLOCK', 'signing_key_compromised'])
  assert.match(blocked.attestation_id, /^enf_/)
  const below = await server.request('POST', '/api/enforce', childRequest('buy'))
  assert.deepEqual([below.body.decision, below.body.reason], ['BLOCK', 'signing_key_compromised'])
  const byId = await enforce(server, registered.body.passport_id)
  assert.deepEqual([byId.decision, byId.reason], ['BLOCK', 'signing_key_compromised'])
  assert.equal((await check(server, next.passport_id)).allowed, true)

  // A later rotation for another reason does not forgive it.
  await rotate(server)
  assert.equal((await check(server, old.passport_id)).reason_code, 'signing_key_compromised')
  assert.equal((await check(server, next.passport_id)).allowed, true)
  const { passport_json, signature } = old
  const keys = gateKeySet(await publicDocument(server))
  const offline = verifyPassport(passport_json, signature, { now: Date.now(), keys })
  assert.equal(offline.valid, false)
  const here = await server.request('POST', '/api/passports/verify', { passport_json, signature })
  assert.equal(here.body.reason_code, 'signing_key_compromised')
})

test('records that a compromised key signed count for nothing by themselves, and those after them do', async (t) => {
  const server = await startServer(t)
  await makeGate(server)
  const old = await issue(server)
  const first = await enforce(server, old.passport_id)
  const last = await enforce(server, old.passport_id)
  await rotate(server, { compromised: true })
  const next = await issue(server)
  const after = await enforce(server, next.passport_id)
  for (const { attestation_id } of [first, last]) {
    const verdict = await verify(server, attestation_id)
    assert.deepEqual(
      [verdict.valid, verdict.signature_ok, verdict.chain_ok, verdict.reason],
      [false, true, true, 'signing_key_compromised'],
    )
  }
  assert.equal((await verify(server, after.attestation_id)).valid, true)
})

test('decisions and rotations at the same time leave one active key and records that all verify', async (t) => {
  const server = await startServer(t)
  await makeGate(server)
  const { passport_id } = await issue(server)
  const rotations = Array.from({ length: 5 }, () => rotate(server))
  const decisions = Array.from({ length: 40 }, () => enforce(server, passport_id))
  const rotated = await Promise.all(rotations)
  assert.deepEqual(
    rotated.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  )
  const document = await publicDocument(server)
  assert.equal(document.signing_keys.length, 6)
  assert.equal(document.signing_keys.filter((key: { status: string }) => key.status === 'active').length, 1)
  assert.equal(new Set(rotated.map(({ body }) => body.previous_key_id)).size, 5)
  for (const { attestation_id } of await Promise.all(decisions)) {
    const verdict = await verify(server, attestation_id)
    assert.equal(verdict.valid, true, JSON.stringify(verdict))
  }
})

test('a repeated rotation under one idempotency key rotates once', async (t) => {
  const server = await startServer(t)
  await makeGate(server)
  const options = { headers: { 'idempotency-key': 'rotate-once' } }
  const path = '/api/gates/gate_shop/keys/rotate'
  const first = await server.request('POST', path, {}, options)
  const again = await server.request('POST', path, {}, options)
  assert.deepEqual(again.body, first.body)
  assert.equal((await publicDocument(server)).signing_keys.length, 2)
})

test('rotation is refused without its scope, with a wrong type, for an archived gate and for another workspace’s', async (t) => {
  const server = await startServer(t)
  await makeGate(server)
  assert.equal(
    (await server.request('POST', '/api/gates/gate_shop/keys/rotate', {}, { key: null })).status,
    401,
  )
  const updating = await server.keyWith('gates:update')
  const scoped = await server.request('POST', '/api/gates/gate_shop/keys/rotate', {}, { key: updating })
  assert.equal(scoped.status, 403)
  assert.equal(scoped.body.required_scope, 'gates:write')
  for (const body of [{ compromised: 'yes' }, { compromised: 1 }, { compromized: true }, []]) {
    assert.equal((await rotate(server, body)).status, 422, JSON.stringify(body))
  }
  const options = { key: server.keys.other }
  const real = await server.request('POST', '/api/gates/gate_shop/keys/rotate', {}, options)
  const unknown = await server.request('POST', '/api/gates/gate_none/keys/rotate', {}, options)
  assert.equal(real.status, 404)
  assert.equal(masked(real, 'gate_shop'), masked(unknown, 'gate_none'))
  assert.equal((await publicDocument(server)).signing_keys.length, 1)

  await server.request('DELETE', '/api/gates/gate_shop')
  const archived = await rotate(server)
  assert.equal(archived.status, 409)
  assert.equal(archived.body.code, 'conflict')
  assert.equal((await publicDocument(server)).signing_keys.length, 1)
})
