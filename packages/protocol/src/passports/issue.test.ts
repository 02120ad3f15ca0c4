import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  EXPIRES_AT,
  gateIssued,
  grant,
  ISSUED_AT,
  NOW,
  publicKeyOf,
  seedOf,
  selfIssued,
} from '../../test/passport-fixtures.ts'
import { CanonicalizationError } from '../crypto/canonicalization-error.ts'
import { buildGateEnvelope, buildSelfIssuedEnvelope, signEnvelope } from './issue.ts'
import { verifyPassport } from './verify.ts'

test('a self-issued passport names itself by its key and verifies', () => {
  const { envelope, passport_json, signature } = selfIssued()
  assert.match(envelope.passport_id, /^pp_self_[0-9a-f]{32}$/)
  assert.match(envelope.identity.agent_id, /^agent_self_[A-Za-z0-9_-]{32}$/)
  assert.match(envelope.provenance.issuer.id, /^self:[0-9a-f]{64}$/)
  assert.equal(envelope.provenance.issuer.key_id, 'self')
  assert.ok(verifyPassport(passport_json, signature, { now: NOW }).valid)
})

test("a gate's passport carries the gate's id and pin; an issuer's carries neither gate nor pin", () => {
  const { provenance } = gateIssued().envelope
  assert.deepEqual([provenance.gate_id, provenance.catalog_version], ['gate_vectors', 3])
  const issued = buildGateEnvelope({
    passportId: 'pp_1',
    agentId: 'a',
    agentName: null,
    issuer: { type: 'platform', id: 'iss_abcdefgh', key_id: 'k' },
    publicKey: publicKeyOf('root'),
    permissions: [],
    issuedAt: ISSUED_AT,
    expiresAt: EXPIRES_AT,
  })
  const { gate_id, catalog_version, catalog_content_hash } = issued.provenance
  assert.deepEqual([gate_id, catalog_version, catalog_content_hash], [null, null, null])
})

test('an envelope of 65,536 bytes is signed and one more byte is not', () => {
  const filled = (count: number) => selfIssued('root', { verificationEvidence: ['x'.repeat(count)] })
  const room = 65_536 - filled(0).passport_json.length
  assert.equal(filled(room).passport_json.length, 65_536)
  assert.throws(() => filled(room + 1), /^RangeError: envelope_too_large: canonical envelope is 65537 bytes/)
})

test('values that JSON cannot say are refused with their path', () => {
  for (const [value, reasonCode] of [
    [Number.NaN, 'non_finite_number_in_canonical_input'],
    [Number.POSITIVE_INFINITY, 'non_finite_number_in_canonical_input'],
    ['\ud800', 'lone_surrogate_in_canonical_input'],
  ] as const) {
    assert.throws(
      () => selfIssued('root', { permissions: [grant('read', { max_daily_cost: value })] }),
      (error) => {
        assert.ok(error instanceof CanonicalizationError)
        assert.equal(error.reasonCode, reasonCode)
        assert.deepEqual(error.path, ['permissions', '0', 'constraints', 'max_daily_cost'])
        return true
      },
    )
  }
})

test('claims that make no envelope are refused before anything is signed', () => {
  const good = {
    passportId: '0'.repeat(32),
    identityClaim: null,
    publicKey: publicKeyOf('root'),
    permissions: [],
    issuedAt: ISSUED_AT,
    expiresAt: EXPIRES_AT,
  }
  for (const bad of [
    { passportId: '' },
    { passportId: '0'.repeat(31) },
    { publicKey: '' },
    { publicKey: `ed25519:${publicKeyOf('root')}` },
    { publicKey: 'AAAA' },
    { issuedAt: Number.NaN },
    { expiresAt: Number.POSITIVE_INFINITY },
    { expiresAt: Date.UTC(10_000, 0, 1) },
  ]) {
    assert.throws(
      () => buildSelfIssuedEnvelope({ ...good, ...bad }),
      /^(TypeError|RangeError):/,
      JSON.stringify(bad),
    )
  }
})

test('what is signed is a copy: an envelope that is changed afterwards does not change the text', () => {
  const permissions = [{ permission_key: 'read', constraints: { max_daily_cost: 1 } }]
  const signed = selfIssued('root', { permissions })
  for (const permission of permissions) permission.constraints.max_daily_cost = 2
  assert.equal(signed.envelope.permissions[0]?.constraints.max_daily_cost, 1)
  assert.ok(verifyPassport(signed.envelope, signed.signature, { now: NOW }).valid)
})

test('a seed that is not 32 bytes signs nothing', () => {
  assert.throws(() => signEnvelope(selfIssued().envelope, seedOf('root').slice(1)))
})
