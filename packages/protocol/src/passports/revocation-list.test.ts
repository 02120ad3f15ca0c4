import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadVectors, NOW, seedOf } from '../../test/passport-fixtures.ts'
import { gateKeySet } from './key-set.ts'
import { signRevocationList, verifyRevocationList } from './revocation-list.ts'

const { keys: document } = loadVectors<{ keys: unknown }>('chains.json')
const keys = gateKeySet(document)
const vectors = loadVectors<{
  max_age_ms: number
  cases: { name: string; signed: unknown; now_ms: number; expect: string }[]
}>('revocation-lists.json')

for (const { name, signed, now_ms, expect } of vectors.cases) {
  test(`${expect}: ${name}`, () => {
    const options = { gateId: 'gate_vectors', keys, now: now_ms, maxAgeMs: vectors.max_age_ms }
    const result = verifyRevocationList(signed, options)
    assert.equal(result.ok ? 'ok' : result.code, expect)
  })
}

const list = {
  gate_id: 'gate_vectors',
  issued_at: new Date(NOW).toISOString(),
  signing_key_id: 'sk_gate00000001',
  entries: [
    { passport_id: 'pp_1', revoked_at: '2026-04-30T00:00:00.000Z', expires_at: '2026-06-01T00:00:00.000Z' },
  ],
}
const options = { gateId: 'gate_vectors', keys, now: NOW, maxAgeMs: 1000 }

test('what is signed here verifies and tells the revoked ids', () => {
  const result = verifyRevocationList(signRevocationList(list, seedOf('gate')), options)
  assert.ok(result.ok)
  assert.deepEqual([...result.revokedIds], ['pp_1'])
})

test('a time or an age that is no number refuses', () => {
  const signed = signRevocationList(list, seedOf('gate'))
  for (const bad of [{ now: Number.NaN }, { maxAgeMs: Number.NaN }]) {
    const result = verifyRevocationList(signed, { ...options, ...bad })
    assert.equal(result.ok ? 'ok' : result.code, 'revocation_list_stale')
  }
})

test('hostile objects are malformed and nothing is thrown', () => {
  for (const signed of [undefined, null, 7, 'x', [], new Map(), { revocations_json: 1 }]) {
    const result = verifyRevocationList(signed, options)
    assert.equal(result.ok ? 'ok' : result.code, 'revocation_list_malformed')
  }
})
