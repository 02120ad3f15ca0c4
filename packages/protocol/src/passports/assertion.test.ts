import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadVectors, NOW, publicKeyOf, seedOf } from '../../test/passport-fixtures.ts'
import {
  ASSERTION_WINDOW_MS,
  type ExpectedAction,
  signAssertion,
  verifyAssertion,
  verifyRevokeAssertion,
} from './assertion.ts'

interface ActionCase {
  kind: 'action'
  name: string
  signed: unknown
  expected: ExpectedAction
  now_ms: number
  expect: 'ok' | 'mismatch'
}

interface RevokeCase {
  kind: 'revoke'
  name: string
  signed: unknown
  passport_id: string
  keys: string[]
  now_ms: number
  expect: 'ok' | 'mismatch'
}

const vectors = loadVectors<{ public_keys: { root: string }; cases: (ActionCase | RevokeCase)[] }>(
  'assertions.json',
)

for (const vector of vectors.cases) {
  test(`${vector.expect}: ${vector.name}`, () => {
    const result =
      vector.kind === 'action'
        ? verifyAssertion(vector.signed, {
            expected: vector.expected,
            now: vector.now_ms,
            publicKey: vectors.public_keys.root,
          })
        : verifyRevokeAssertion(vector.signed, {
            passportId: vector.passport_id,
            now: vector.now_ms,
            publicKeys: vector.keys.map(publicKeyOf),
          })
    assert.equal(result.ok ? 'ok' : result.reason_code, vector.expect === 'ok' ? 'ok' : 'assertion_mismatch')
  })
}

const action = { passport_id: 'pp_1', gate_id: 'gate_1', action: 'read', nonce: 'n', timestamp: NOW }

test('what is signed here verifies, and says until when its nonce must be remembered', () => {
  const signed = signAssertion(action, seedOf('root'))
  const result = verifyAssertion(signed, { expected: action, now: NOW, publicKey: publicKeyOf('root') })
  assert.ok(result.ok)
  assert.deepEqual(result.assertion, action)
  assert.equal(result.freshUntil, NOW + ASSERTION_WINDOW_MS)
})

test('a time that is no number refuses', () => {
  const signed = signAssertion(action, seedOf('root'))
  for (const now of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.ok(!verifyAssertion(signed, { expected: action, now, publicKey: publicKeyOf('root') }).ok)
  }
})

test('a revocation that no key may make refuses', () => {
  const revoke = { passport_id: 'pp_1', action: 'revoke', nonce: 'n', revoked_at: NOW } as const
  const signed = signAssertion(revoke, seedOf('root'))
  assert.ok(!verifyRevokeAssertion(signed, { passportId: 'pp_1', now: NOW, publicKeys: [] }).ok)
  assert.ok(!verifyRevokeAssertion(signed, { passportId: 'pp_1', now: NOW, publicKeys: ['', 'AAAA'] }).ok)
})

test('hostile objects are a mismatch and nothing is thrown', () => {
  const throwing = {
    get assertion_json(): never {
      throw new Error('no')
    },
    assertion_signature: '',
  }
  for (const signed of [
    throwing,
    new Map(),
    () => action,
    Symbol('x'),
    { assertion_json: new Date(0), assertion_signature: '' },
  ]) {
    const result = verifyAssertion(signed, { expected: action, now: NOW, publicKey: publicKeyOf('root') })
    assert.equal(result.ok ? 'ok' : result.reason_code, 'assertion_mismatch')
  }
})
