import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignedPassport } from '@modei/protocol/passports/issue'
import { ModeiError } from '../errors.ts'
import { AgentCredentials } from './agent-credentials.ts'
import { DelegationBuilder } from './delegation-builder.ts'
import {
  DelegationAuthorityMissingError,
  DelegationChainTooDeepError,
  DelegationError,
  DelegationSubsetError,
} from './errors.ts'
import { PassportIssuer } from './issuer.ts'
import { PassportVerifier } from './verifier.ts'

const NOW = Date.UTC(2026, 4, 1)
const now = () => NOW
const parentCredentials = AgentCredentials.generate()
const child = AgentCredentials.generate()
const permissions = [{ permission_key: 'flights:book', constraints: { max_per_action_cost: 500 } }]
const issuer = new PassportIssuer(parentCredentials, { identityClaim: 'root', now })
const parent = issuer.selfIssue({ permissions, expiresIn: '30d', delegationAuthority: true })

function builder(from: SignedPassport = parent): DelegationBuilder {
  return new DelegationBuilder({ parent: from, parentCredentials, now }).authorize(child)
}

function errorOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

test('a tighter child verifies below its parent', () => {
  const signed = builder()
    .withPermissions([{ permission_key: 'flights:book', constraints: { max_per_action_cost: 200 } }])
    .withExpiry({ expiresIn: '7d' })
    .withIdentityClaim('booking')
    .withVerificationEvidence([{ seen: true }])
    .sign()
  const result = new PassportVerifier().verify(signed.passport_json, signed.signature, { now: NOW })
  assert.ok(result.valid && result.tier === 'L0')
  assert.match(signed.envelope.passport_id, /^pp_delegate_[0-9a-f]{32}$/)
  assert.equal(signed.envelope.identity.agent_name, 'booking')
  assert.equal(signed.envelope.provenance.issuer.id, `delegate:${parent.envelope.passport_id}`)
  assert.equal(signed.envelope.provenance.expires_at, '2026-05-08T00:00:00.000Z')
  assert.deepEqual(signed.envelope.verification_evidence, [{ seen: true }])
})

test('a parent is taken as a server answers it, text or object', () => {
  for (const passport_json of [parent.passport_json, parent.envelope]) {
    const { signature } = parent
    const from = new DelegationBuilder({ parent: { passport_json, signature }, parentCredentials, now })
    const signed = from.authorize(child.publicKeyB64).withPermissions(permissions).sign()
    assert.ok(new PassportVerifier().verify(signed.envelope, signed.signature, { now: NOW }).valid)
  }
})

test('an end beyond the chain is cut and says so', () => {
  const asked = builder().withPermissions(permissions)
  assert.equal(builder().effectiveExpiresAt, null)
  assert.equal(asked.expiryWasClamped, false)
  asked.withExpiry({ expiresIn: '31d' })
  assert.equal(asked.effectiveExpiresAt?.toISOString(), parent.envelope.provenance.expires_at)
  assert.equal(asked.expiryWasClamped, true)
  asked.withExpiry({ expiresIn: '29d' })
  assert.equal(asked.expiryWasClamped, false)
  assert.equal(
    builder().withPermissions(permissions).sign().envelope.provenance.expires_at,
    parent.envelope.provenance.expires_at,
  )
})

test('a wider child is refused, with permission, dimension and both values', () => {
  const wider = errorOf(() =>
    builder()
      .withPermissions([{ permission_key: 'flights:book', constraints: { max_per_action_cost: 501 } }])
      .sign(),
  )
  assert.ok(
    wider instanceof DelegationSubsetError && wider instanceof DelegationError && wider instanceof ModeiError,
  )
  assert.deepEqual(
    [wider.code, wider.permission, wider.dimension, wider.ancestorValue, wider.descendantValue],
    ['permission_elevation_in_chain', 'flights:book', 'max_per_action_cost', 500, 501],
  )
  const other = errorOf(() =>
    builder()
      .withPermissions([{ permission_key: 'flights:cancel' }])
      .sign(),
  )
  assert.ok(other instanceof DelegationSubsetError && other.dimension === null)
})

test('nothing is delegated from a passport that does not allow it', () => {
  const final = issuer.selfIssue({ permissions, expiresIn: 60 })
  assert.ok(
    errorOf(() => builder(final).withPermissions(permissions).sign()) instanceof
      DelegationAuthorityMissingError,
  )
})

test('a sixth link is refused and counted', () => {
  let holder = parentCredentials
  let passport = parent
  const descend = () => {
    const next = AgentCredentials.generate()
    passport = new DelegationBuilder({ parent: passport, parentCredentials: holder, now })
      .authorize(next)
      .withPermissions(permissions)
      .withDelegationAuthority(true)
      .sign()
    holder = next
  }
  for (let link = 1; link <= 5; link += 1) descend()
  const error = errorOf(descend)
  assert.ok(error instanceof DelegationChainTooDeepError)
  assert.deepEqual([error.chainLength, error.maxDepth], [6, 5])
})

test('what is left out is said before anything is signed', () => {
  const bare = () => new DelegationBuilder({ parent, parentCredentials, now })
  assert.ok(errorOf(() => bare().withPermissions(permissions).sign()) instanceof DelegationError)
  assert.ok(errorOf(() => bare().authorize(child).sign()) instanceof DelegationError)
})

test("another's key, or what is no passport, makes no builder", () => {
  assert.throws(() => new DelegationBuilder({ parent, parentCredentials: child }), DelegationError)
  const broken = { passport_json: '{}', signature: '' }
  assert.throws(() => new DelegationBuilder({ parent: broken, parentCredentials }), DelegationError)
  assert.throws(() => builder().authorize('AAAA').withPermissions(permissions).sign(), TypeError)
})
