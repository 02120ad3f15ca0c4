import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, gateIssued, selfIssued } from '../../test/passport-fixtures.ts'
import { deriveTier, TrustTier, tierRank } from './tier.ts'

test('tiers rank L0 < L0.5 < L1 < L2 < L3', () => {
  const ranks = Object.values(TrustTier).map(tierRank)
  assert.deepEqual(ranks, [0, 1, 2, 3, 4])
  assert.deepEqual(Object.values(TrustTier), ['L0', 'L0.5', 'L1', 'L2', 'L3'])
})

test('the tier of a delegated passport is that of its root', () => {
  assert.equal(deriveTier(selfIssued().envelope), 'L0')
  assert.equal(deriveTier(chainOf(3).envelope), 'L0')
  assert.equal(deriveTier(gateIssued().envelope), 'L2')
  assert.equal(deriveTier(chainOf(3, gateIssued('root', { delegationAuthority: true })).envelope), 'L2')
})

test('a delegated envelope without a chain has no tier', () => {
  const { envelope } = chainOf(1)
  for (const delegation_chain of [null, []]) {
    assert.throws(
      () => deriveTier({ ...envelope, provenance: { ...envelope.provenance, delegation_chain } }),
      TypeError,
    )
  }
})
