import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  chainOf,
  EXPIRES_AT,
  GATE_KEYS,
  gateIssued,
  loadVectors,
  NOW,
  publicKeyOf,
  seedOf,
  selfIssued,
} from '../../test/passport-fixtures.ts'
import { buildGateEnvelope, signEnvelope } from './issue.ts'
import { gateKeySet, type KeySet, keySetOf } from './key-set.ts'
import { PASSPORT_VERIFY_REASON_CODES } from './reasons.ts'
import { verifyPassport } from './verify.ts'

const passport = chainOf(2)

function reasonOf(
  input: unknown,
  signature: unknown,
  options: { now: number; keys?: KeySet } = { now: NOW },
) {
  const result = verifyPassport(input, signature, options)
  return result.valid ? 'valid' : result.reason_code
}

test('the reasons are the 23 of the contract, each once', () => {
  assert.equal(PASSPORT_VERIFY_REASON_CODES.length, 23)
  assert.equal(new Set(PASSPORT_VERIFY_REASON_CODES).size, 23)
})

// The others need a store, a request or a gate's policy.
const LOCAL_REASONS = [
  'invalid_envelope_shape',
  'unsupported_schema_version',
  'signature_malformed',
  'signature_invalid',
  'public_key_malformed',
  'signature_key_unavailable',
  'envelope_too_large',
  'delegation_chain_too_deep',
  'delegation_chain_invalid_root',
  'delegation_authority_missing',
  'permission_elevation_in_chain',
  'expiry_extension_in_chain',
  'passport_expired',
] as const

test('every reason that a local verifier can give has a vector', () => {
  const files = ['refusals.json', 'size-limit.json'].map((name) =>
    loadVectors<{ cases: { expect: string }[] }>(name),
  )
  const covered = new Set(files.flatMap((file) => file.cases.map((vector) => vector.expect)))
  for (const reason of LOCAL_REASONS) assert.ok(covered.delete(reason), reason)
  assert.deepEqual([...covered], ['valid'])
})

test('any one character changed in the text of a passport is refused', () => {
  const { passport_json, signature } = passport
  fc.assert(
    fc.property(fc.nat(passport_json.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, code) => {
      const changed = passport_json.slice(0, at) + String.fromCharCode(code) + passport_json.slice(at + 1)
      fc.pre(changed !== passport_json)
      assert.notEqual(reasonOf(changed, signature), 'valid')
    }),
    { numRuns: 400 },
  )
})

test('any one character changed in a signature is refused', () => {
  const { passport_json, signature } = passport
  fc.assert(
    fc.property(fc.nat(signature.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, code) => {
      const changed = signature.slice(0, at) + String.fromCharCode(code) + signature.slice(at + 1)
      fc.pre(changed !== signature)
      assert.notEqual(reasonOf(passport_json, changed), 'valid')
    }),
    { numRuns: 200 },
  )
})

test('nothing whatever is thrown, and nothing but a passport is valid', () => {
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true }),
      fc.anything(),
      (input, signature) => {
        assert.notEqual(reasonOf(input, signature), 'valid')
        assert.notEqual(reasonOf(input, passport.signature), 'valid')
        assert.notEqual(reasonOf(passport.envelope, signature), 'valid')
      },
    ),
    { numRuns: 300 },
  )
})

test('a time that is no number refuses', () => {
  for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.notEqual(reasonOf(passport.envelope, passport.signature, { now }), 'valid')
  }
  // What a caller without types can do.
  assert.notEqual(
    Reflect.apply(verifyPassport, undefined, [passport.envelope, passport.signature]).valid,
    true,
  )
  assert.notEqual(
    Reflect.apply(verifyPassport, undefined, [passport.envelope, passport.signature, {}]).valid,
    true,
  )
})

test('milliseconds taken for seconds, or seconds for milliseconds, refuse', () => {
  assert.equal(reasonOf(passport.envelope, passport.signature, { now: NOW * 1000 }), 'passport_expired')
  assert.equal(reasonOf(passport.envelope, passport.signature, { now: NOW / 1000 }), 'invalid_envelope_shape')
})

test('the tier is told once the signatures are good, and not before', () => {
  const expired = verifyPassport(passport.envelope, passport.signature, { now: EXPIRES_AT })
  assert.deepEqual(expired, {
    valid: false,
    reason_code: 'passport_expired',
    detail: 'expired at 2026-05-22T00:00:00.000Z',
    tier: 'L0',
  })
  const forged = verifyPassport(passport.envelope, selfIssued().signature, { now: NOW })
  assert.ok(!forged.valid && !('tier' in forged))
})

test('a key set that throws, or that finds what is no key, refuses', () => {
  const { envelope, signature } = gateIssued()
  const throwing: KeySet = {
    findKey() {
      throw new Error('no')
    },
  }
  assert.equal(reasonOf(envelope, signature, { now: NOW, keys: throwing }), 'signature_key_unavailable')
  const key = { key_id: 'sk_gate00000001', public_key: publicKeyOf('gate') }
  for (const status of ['compromised', 'revoked', '', 'ACTIVE']) {
    const keys = keySetOf([{ type: 'gate', id: 'gate_vectors', signing_keys: [{ ...key, status }] }])
    assert.equal(reasonOf(envelope, signature, { now: NOW, keys }), 'signature_key_unavailable')
  }
  const malformed = keySetOf([
    { type: 'gate', id: 'gate_vectors', signing_keys: [{ ...key, public_key: 'AAAA', status: 'active' }] },
  ])
  assert.equal(reasonOf(envelope, signature, { now: NOW, keys: malformed }), 'public_key_malformed')
})

test('given keys, passports of gates and issuers and chains below them verify', () => {
  const keys = gateKeySet(GATE_KEYS)
  const root = gateIssued('root', { delegationAuthority: true })
  for (const { envelope, signature } of [root, chainOf(3, root)]) {
    const result = verifyPassport(envelope, signature, { now: NOW, keys })
    assert.ok(result.valid && result.tier === 'L2')
  }
  const issuer = { type: 'platform', id: 'iss_abcdefgh', key_id: 'sk_issuer0001' } as const
  const issued = signEnvelope(
    buildGateEnvelope({
      issuer,
      passportId: 'pp_1',
      agentId: 'a',
      agentName: null,
      publicKey: publicKeyOf('root'),
      permissions: [],
      issuedAt: NOW,
      expiresAt: EXPIRES_AT,
    }),
    seedOf('issuer'),
  )
  const issuerKeys = keySetOf([
    {
      type: 'platform',
      id: issuer.id,
      signing_keys: [{ key_id: issuer.key_id, public_key: publicKeyOf('issuer'), status: 'active' }],
    },
  ])
  const result = verifyPassport(issued.envelope, issued.signature, { now: NOW, keys: issuerKeys })
  assert.ok(result.valid && result.tier === 'L1')
  assert.equal(result.envelope.provenance.gate_id, null)
})

test('keys that are given do not lend themselves to self-issued passports', () => {
  const { envelope } = selfIssued()
  const { signature } = signEnvelope(envelope, seedOf('gate'))
  assert.equal(reasonOf(envelope, signature, { now: NOW, keys: gateKeySet(GATE_KEYS) }), 'signature_invalid')
})
