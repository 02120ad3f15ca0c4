import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson } from '../crypto/canonical-json.ts'
import { isPlainObject, jsonEquals } from './json.ts'

test('values are equal if and only if their canonical texts are', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
      assert.equal(jsonEquals(a, b), canonicalJson(a) === canonicalJson(b))
      assert.equal(jsonEquals(a, structuredClone(a)), true)
    }),
  )
})

test('values that look alike are not equal', () => {
  const pairs: [unknown, unknown][] = [
    [1, true],
    [0, false],
    ['1', 1],
    [null, false],
    [null, {}],
    [[], {}],
    [[1], [1, 2]],
    [[1, 2], [1]],
    [['a'], { 0: 'a' }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: undefined }, { b: undefined }],
    [{}, { toString: undefined }],
    [new Date(0), new Date(0)],
    [Number.NaN, Number.NaN],
  ]
  for (const [index, [a, b]] of pairs.entries()) assert.equal(jsonEquals(a, b), false, `pair ${index}`)
})

test('the order of keys makes no difference, and neither does the sign of zero', () => {
  assert.ok(jsonEquals({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }))
  assert.ok(jsonEquals(-0, 0))
})

test('a plain object is one without a class', () => {
  for (const plain of [{}, Object.create(null), JSON.parse('{"__proto__":1}')])
    assert.ok(isPlainObject(plain))
  for (const other of [null, [], new Map(), new Date(), () => 1, 'x', Object.create({ a: 1 })]) {
    assert.ok(!isPlainObject(other))
  }
})
