import assert from 'node:assert/strict'
import { test } from 'node:test'
import { combineKeySets, gateKeySet, isTrustedKey, keySetOf } from './key-set.ts'

const key = { key_id: 'k1', public_key: 'x', status: 'active' }
const issuer = { type: 'gate', id: 'gate_a', key_id: 'k1' } as const

test('a key is found by type, id and key id together', () => {
  const keys = keySetOf([{ type: 'gate', id: 'gate_a', signing_keys: [key] }])
  assert.deepEqual(keys.findKey(issuer), key)
  for (const other of [{ type: 'platform' }, { id: 'gate_b' }, { key_id: 'k2' }, { type: 'self' }] as const) {
    assert.equal(keys.findKey({ ...issuer, ...other }), undefined)
  }
})

test('ids that hold separators do not meet', () => {
  const keys = keySetOf([{ type: 'gate', id: 'a","b', signing_keys: [{ ...key, key_id: 'c' }] }])
  assert.equal(keys.findKey({ type: 'gate', id: 'a', key_id: 'b","c' }), undefined)
  assert.equal(keys.findKey({ type: 'gate', id: '__proto__', key_id: 'constructor' }), undefined)
})

test('a document that is not that of a gate is thrown out', () => {
  const document = { gate_id: 'gate_a', signing_keys: [key], name: 'kept open for newer servers' }
  assert.deepEqual(gateKeySet(document).findKey(issuer), key)
  for (const bad of [
    undefined,
    null,
    'x',
    [],
    {},
    { ...document, gate_id: undefined },
    { ...document, signing_keys: {} },
    { ...document, signing_keys: [null] },
    { ...document, signing_keys: [{ ...key, status: undefined }] },
    { ...document, signing_keys: [{ ...key, public_key: 7 }] },
  ]) {
    assert.throws(() => gateKeySet(bad), TypeError)
  }
})

test('sets are asked in turn', () => {
  const second = { ...key, public_key: 'y' }
  const combined = combineKeySets(
    keySetOf([]),
    keySetOf([{ type: 'gate', id: 'gate_a', signing_keys: [key] }]),
    keySetOf([{ type: 'gate', id: 'gate_a', signing_keys: [second, { ...second, key_id: 'k2' }] }]),
  )
  assert.equal(combined.findKey(issuer)?.public_key, 'x')
  assert.equal(combined.findKey({ ...issuer, key_id: 'k2' })?.public_key, 'y')
  assert.equal(combined.findKey({ ...issuer, key_id: 'k3' }), undefined)
})

test('only active and retired keys are believed', () => {
  const trusted = ['active', 'retired', 'compromised', 'revoked', '', 'Active'].filter((status) =>
    isTrustedKey({ ...key, status }),
  )
  assert.deepEqual(trusted, ['active', 'retired'])
})
