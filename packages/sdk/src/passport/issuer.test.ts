import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CanonicalizationError } from '@modei/protocol/crypto/canonicalization-error'
import type { SignedPassport } from '@modei/protocol/passports/issue'
import { AgentCredentials } from './agent-credentials.ts'
import { PassportIssuer } from './issuer.ts'
import { PassportVerifier } from './verifier.ts'

const NOW = Date.UTC(2026, 4, 1)
const credentials = AgentCredentials.generate()
const issuer = new PassportIssuer(credentials, { identityClaim: 'alice@dev.example', now: () => NOW })
const permissions = [{ permission_key: 'api:read' }]

test('a passport that an agent issues to itself verifies at tier L0', () => {
  const { envelope, signature, passport_json } = issuer.selfIssue({ permissions, expiresIn: '7d' })
  assert.match(envelope.passport_id, /^pp_self_[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/)
  assert.equal(envelope.identity.agent_id, credentials.agentId)
  assert.equal(envelope.identity.agent_name, 'alice@dev.example')
  assert.equal(envelope.provenance.issued_at, '2026-05-01T00:00:00.000Z')
  assert.equal(envelope.provenance.expires_at, '2026-05-08T00:00:00.000Z')
  assert.equal(envelope.delegation_authority, false)
  assert.deepEqual(envelope.permissions, [{ permission_key: 'api:read', constraints: {} }])
  for (const input of [envelope, passport_json]) {
    const result = new PassportVerifier().verify(input, signature, { now: NOW })
    assert.ok(result.valid && result.tier === 'L0')
  }
})

test('no two passports share an id', () => {
  const ids = Array.from(
    { length: 50 },
    () => issuer.selfIssue({ permissions, expiresIn: 60 }).envelope.passport_id,
  )
  assert.equal(new Set(ids).size, ids.length)
})

test('an end is a time, or seconds or a duration from now; nothing else', () => {
  const endOf = (expiry: object) => {
    // What a caller without types can do.
    const passport: SignedPassport = Reflect.apply(issuer.selfIssue, issuer, [{ permissions, ...expiry }])
    return passport.envelope.provenance.expires_at
  }
  assert.equal(endOf({ expiresAt: new Date('2026-06-01T00:00:00Z') }), '2026-06-01T00:00:00.000Z')
  assert.equal(endOf({ expiresIn: 90 }), '2026-05-01T00:01:30.000Z')
  assert.equal(endOf({ expiresIn: '15m' }), '2026-05-01T00:15:00.000Z')
  for (const bad of [
    {},
    { expiresIn: 0 },
    { expiresIn: -1 },
    { expiresIn: Number.NaN },
    { expiresIn: Number.POSITIVE_INFINITY },
    { expiresIn: '' },
    { expiresIn: '7 days' },
    { expiresIn: '-7d' },
    { expiresIn: 1e300 },
    { expiresAt: new Date(Number.NaN) },
    { expiresIn: 60, expiresAt: new Date(NOW + 60_000) },
  ]) {
    assert.throws(() => endOf(bad), /TypeError|RangeError/, JSON.stringify(bad))
  }
})

test('a misspelt member of a permission is refused, not granted without limits', () => {
  const misspelt = [{ permission_key: 'api:read', constrains: { max_daily_cost: 5 } }]
  assert.throws(() => issuer.selfIssue({ permissions: misspelt, expiresIn: 60 }), /`constrains`/)
})

test('what no envelope can hold is refused', () => {
  const withLimit = (value: number) => [{ permission_key: 'a', constraints: { max_daily_cost: value } }]
  assert.throws(
    () => issuer.selfIssue({ permissions: withLimit(Number.NaN), expiresIn: 60 }),
    (error) =>
      error instanceof CanonicalizationError &&
      error.path.join('.') === 'permissions.0.constraints.max_daily_cost',
  )
  assert.throws(
    () => issuer.selfIssue({ permissions, expiresIn: 60, verificationEvidence: ['x'.repeat(65_536)] }),
    /^RangeError: envelope_too_large/,
  )
})

test('the verifier takes the clock when no time is given, and refuses a time that is none', () => {
  const expired = issuer.selfIssue({ permissions, expiresAt: new Date(NOW + 1) })
  assert.equal(new PassportVerifier().verify(expired.envelope, expired.signature).valid, false)
  const current = new PassportIssuer(credentials).selfIssue({ permissions, expiresIn: 60 })
  const { envelope, signature } = current
  assert.ok(new PassportVerifier().verify(envelope, signature).valid)
  assert.ok(new PassportVerifier().verify(envelope, signature, { now: new Date() }).valid)
  assert.ok(!new PassportVerifier().verify(envelope, signature, { now: new Date(Number.NaN) }).valid)
})
