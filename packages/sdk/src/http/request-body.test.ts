import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeBody } from './request-body.ts'

test('members that are undefined are left out at every depth, null stays', () => {
  assert.equal(
    encodeBody({ a: undefined, b: { c: undefined, d: null }, e: [{ f: undefined }] }),
    '{"b":{"d":null},"e":[{}]}',
  )
})

test('whatever JSON can say arrives as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      assert.deepEqual(JSON.parse(encodeBody(value)), JSON.parse(JSON.stringify(value))),
    ),
  )
})

for (const [name, value] of [
  ['NaN', Number.NaN],
  ['Infinity', Number.NEGATIVE_INFINITY],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a bigint', 1n],
] as const) {
  test(`${name} is refused anywhere`, () => {
    for (const body of [{ a: value }, { a: { b: [value] } }, [value]])
      assert.throws(() => encodeBody(body), TypeError)
  })
}

test('undefined in a list is refused, for it would arrive as null', () => {
  assert.throws(() => encodeBody({ permissions: ['read', undefined] }), TypeError)
})
