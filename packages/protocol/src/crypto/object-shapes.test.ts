import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson } from './canonical-json.ts'

/** RFC 8785 by the longest way: a sorted copy, then the language's own JSON. */
function slowly(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

const key = fc.constantFrom(
  'a',
  'b',
  'c',
  'aa',
  'ab',
  'é',
  '"',
  '\n',
  '__proto_',
  'ａ',
  '\u{10000}',
  'constructor',
)
const object = fc
  .uniqueArray(key, { minLength: 1, maxLength: 6 })
  .chain((keys) =>
    fc
      .tuple(...keys.map(() => fc.nat(9)))
      .map((values) => Object.fromEntries(keys.map((name, i) => [name, values[i]]))),
  )

test('objects with the same keys in any order, and others that begin alike, have the text that one alone has', () => {
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 20 }), (objects) => {
      for (const one of objects) assert.equal(canonicalJson(one), slowly(one))
    }),
    { numRuns: 2000 },
  )
})

test('more shapes than are kept have the right text, and so have those that come again', () => {
  const shapes = Array.from({ length: 3000 }, (_, i) => ({ [`k${i % 700}`]: 1, [`a${i}`]: 2, z: 3 }))
  for (const one of [...shapes, ...shapes.slice(0, 300)]) assert.equal(canonicalJson(one), slowly(one))
  const long = { ['l'.repeat(3000)]: 1, a: 2 }
  for (let i = 0; i < 2; i += 1) assert.equal(canonicalJson(long), slowly(long))
})

test('a key that cannot be written refuses its object every time', () => {
  for (let i = 0; i < 3; i += 1) {
    assert.throws(() => canonicalJson({ a: { b: 1, '\ud800': 1 } }), { name: 'CanonicalizationError' })
  }
})
