import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  chainOf,
  delegate,
  EXPIRES_AT,
  GATE_KEYS,
  gateIssued,
  grant,
  hexIdOf,
  ISSUED_AT,
  loadVectors,
  NOW,
  publicKeyOf,
  seedOf,
  selfIssued,
} from '../../test/passport-fixtures.ts'
import { buildDelegatedEnvelope, clampExpiry, type DelegationClaims } from './delegate.ts'
import { type SignedPassport, signEnvelope } from './issue.ts'
import { gateKeySet } from './key-set.ts'
import { verifyPassport } from './verify.ts'

function refusalOf(parent: SignedPassport, claims: Partial<DelegationClaims> = {}) {
  const built = buildDelegatedEnvelope(parent, {
    passportId: hexIdOf('agent1'),
    identityClaim: null,
    publicKey: publicKeyOf('agent1'),
    permissions: [grant()],
    issuedAt: ISSUED_AT,
    ...claims,
  })
  assert.ok(!built.ok, 'built')
  return built.refusal
}

test('chains of one to five links are built byte for byte as the Python package builds them', () => {
  const { cases } = loadVectors<{ cases: { name: string; passport_json: string; signature: string }[] }>(
    'chains.json',
  )
  for (let depth = 0; depth <= 5; depth += 1) {
    const vector = cases.find((made) => made.name === (depth === 0 ? 'self-issued' : `${depth} links`))
    const { passport_json, signature } = chainOf(depth)
    assert.equal(passport_json, vector?.passport_json)
    assert.equal(signature, vector?.signature)
  }
})

test('nothing is delegated from a passport that does not allow it', () => {
  assert.equal(refusalOf(selfIssued()).code, 'delegation_authority_missing')
})

test('a sixth link is refused and counted', () => {
  let leaf = selfIssued('root', { delegationAuthority: true })
  for (let level = 1; level <= 5; level += 1) {
    const holder = level === 1 ? 'root' : `agent${level - 1}`
    leaf = delegate(leaf, holder, `agent${level}`, { delegationAuthority: true })
  }
  assert.equal(leaf.envelope.provenance.delegation_chain?.length, 5)
  assert.equal(refusalOf(leaf).code, 'delegation_chain_too_deep')
  assert.equal(refusalOf(leaf).chainLength, 6)
})

test('a wider child is refused and says where', () => {
  const root = selfIssued('root', {
    delegationAuthority: true,
    permissions: [grant('read', { max_daily_cost: 5 })],
  })
  const wider = refusalOf(root, { permissions: [grant('read', { max_daily_cost: 6 })] })
  assert.equal(wider.code, 'permission_elevation_in_chain')
  assert.deepEqual(
    [
      wider.widening?.permission,
      wider.widening?.dimension,
      wider.widening?.ancestor_value,
      wider.widening?.descendant_value,
    ],
    ['read', 'max_daily_cost', 5, 6],
  )
  assert.equal(refusalOf(root, { permissions: [grant('write')] }).widening?.dimension, null)
})

test('a chain that is itself at fault is not built upon', () => {
  const root = selfIssued('root', { delegationAuthority: true })
  const parent = delegate(root, 'root', 'agent1', { delegationAuthority: true })
  const late = {
    ...parent.envelope,
    provenance: { ...parent.envelope.provenance, expires_at: '2026-06-22T00:00:00.000Z' },
  }
  assert.equal(refusalOf(signEnvelope(late, seedOf('root'))).code, 'expiry_extension_in_chain')
  const issuer = { ...parent.envelope.provenance.issuer, id: 'delegate:pp_self_other' }
  const foreign = { ...parent.envelope, provenance: { ...parent.envelope.provenance, issuer } }
  assert.equal(refusalOf(signEnvelope(foreign, seedOf('root'))).code, 'delegation_chain_invalid_root')
})

test('the end is cut to that of the parent, which is also the default', () => {
  const root = selfIssued('root', { delegationAuthority: true })
  const early = EXPIRES_AT - 1000
  const parent = delegate(root, 'root', 'agent1', { delegationAuthority: true, expiresAt: early }).envelope
  assert.equal(clampExpiry(parent, undefined).expires_at, new Date(early).toISOString())
  assert.deepEqual(clampExpiry(parent, early), {
    expires_at: new Date(early).toISOString(),
    wasClamped: false,
  })
  assert.deepEqual(clampExpiry(parent, early + 1), {
    expires_at: new Date(early).toISOString(),
    wasClamped: true,
  })
  assert.equal(clampExpiry(parent, Number.MAX_SAFE_INTEGER).wasClamped, true)
  assert.equal(clampExpiry(parent, Number.POSITIVE_INFINITY).wasClamped, true)
  assert.equal(clampExpiry(parent, early - 1).wasClamped, false)
  assert.throws(() => clampExpiry(parent, Number.NaN))
})

test('gate and catalog pin come from a gate root and from no other', () => {
  const keys = gateKeySet(GATE_KEYS)
  const leaf = chainOf(2, gateIssued('root', { delegationAuthority: true }))
  const { gate_id, catalog_version, catalog_content_hash, issuer } = leaf.envelope.provenance
  assert.deepEqual([gate_id, catalog_version, catalog_content_hash?.length], ['gate_vectors', 3, 64])
  assert.equal(issuer.key_id, 'sk_gate00000001')
  assert.ok(verifyPassport(leaf.passport_json, leaf.signature, { now: NOW, keys }).valid)
  assert.equal(chainOf(1).envelope.provenance.gate_id, null)
})

test('claims that make no envelope are thrown out, before anything is signed', () => {
  const root = selfIssued('root', { delegationAuthority: true })
  for (const claims of [
    { publicKey: 'AAAA' },
    { publicKey: publicKeyOf('agent1').slice(0, -1) },
    { passportId: 'x' },
    { passportId: hexIdOf('agent1').toUpperCase().replace(/[0-9]/g, 'A') },
    { issuedAt: Number.NaN },
  ]) {
    assert.throws(() => refusalOf(root, claims), /^(TypeError|RangeError):/)
  }
})
