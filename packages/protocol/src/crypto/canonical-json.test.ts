import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import {
  CanonicalizationError,
  canonicalizeStrict,
  canonicalJson,
  computeContentHash,
  readableCanonicalJson,
  verifyContentHash,
} from './canonical-json.ts'
import { parseStrictJson } from './strict-json.ts'

type Fixture = {
  name: string
  input: unknown
  input_sentinel?: 'NaN' | 'Infinity' | '-Infinity'
  expected_canonical_bytes_hex: string
}

describe('vectors', () => {
  for (const fixture of read<Fixture[]>('rfc8785-fixtures')) {
    const { input_sentinel, expected_canonical_bytes_hex } = fixture
    if (input_sentinel !== undefined) {
      test(`${fixture.name} is refused`, () => {
        refuses(Number(input_sentinel), 'non_finite_number_in_canonical_input', [])
      })
    } else {
      test(`${fixture.name} has the bytes of every other implementation`, () => {
        assert.equal(
          Buffer.from(canonicalizeStrict(fixture.input)).toString('hex'),
          expected_canonical_bytes_hex,
        )
      })
    }
  }

  for (const { ieee754, canonical } of read<Cases<{ ieee754: string; canonical: string | null }>>('numbers')
    .cases) {
    test(`the double ${ieee754} is ${canonical ?? 'refused'}`, () => {
      const value = Buffer.from(ieee754, 'hex').readDoubleBE()
      if (canonical === null) refuses([value], 'non_finite_number_in_canonical_input', ['0'])
      else assert.equal(canonicalJson(value), canonical)
    })
  }

  for (const { name, json, canonical } of read<Cases<{ name: string; json: string; canonical: string }>>(
    'valid',
  ).cases) {
    test(`canonical: ${name}`, () => {
      assert.equal(canonicalJson(JSON.parse(json)), canonical)
      assert.equal(canonicalize(JSON.parse(json)), canonical)
    })
  }

  type Invalid = { name: string; json: string; reason_code: string; path: string[] }
  for (const { name, json, reason_code, path } of read<Cases<Invalid>>('invalid').cases) {
    test(`refused: ${name}`, () => refuses(JSON.parse(json), reason_code, path))
  }

  type Depth = { name: string; open: string; middle: string; close: string; times: number; ok: boolean }
  for (const { name, open, middle, close, times, ok } of read<Cases<Depth>>('depth').cases) {
    test(`depth: ${name}`, () => {
      const text = open.repeat(times) + middle + close.repeat(times)
      if (ok) assert.equal(canonicalJson(JSON.parse(text)), text)
      else refuses(JSON.parse(text), 'canonical_input_too_deep')
    })
  }
})

const cycle: Record<string, unknown> = { a: 1 }
cycle.self = { again: cycle }
const holed = [1, 2, 3]
delete holed[1]
const cyclicArray: unknown[] = [0]
cyclicArray.push({ back: cyclicArray })
const withSymbol = { a: 1, [Symbol('hidden')]: 2 }
const labelled: unknown[] & { label?: string } = [1]
labelled.label = 'dropped by JSON.stringify'
const rewriting: unknown[] & { toJSON?: () => unknown } = [1]
rewriting.toJSON = () => [2]
class Money {
  cents = 1
}

const NO_JSON: [name: string, value: unknown, reasonCode: string, path: string[]][] = [
  [
    'undefined behind containers that are good',
    { a: [[1], { b: [2] }], c: { d: {} }, e: [undefined] },
    'undefined_in_canonical_input',
    ['e', '0'],
  ],
  ['a function after a list', { a: [1], b: () => 1 }, 'function_in_canonical_input', ['b']],
  ['undefined', undefined, 'undefined_in_canonical_input', []],
  ['a member that is undefined', { a: 1, b: undefined }, 'undefined_in_canonical_input', ['b']],
  ['an item that is undefined', [[undefined]], 'undefined_in_canonical_input', ['0', '0']],
  ['a function', () => 1, 'function_in_canonical_input', []],
  ['a method', { a: { f() {} } }, 'function_in_canonical_input', ['a', 'f']],
  ['an own toJSON', { amount: 1, toJSON: () => ({ amount: 2 }) }, 'function_in_canonical_input', ['toJSON']],
  ['a symbol', [Symbol('s')], 'symbol_in_canonical_input', ['0']],
  ['a member with a symbol as its key', { x: withSymbol }, 'symbol_in_canonical_input', ['x']],
  ['a bigint', { n: 1n }, 'bigint_in_canonical_input', ['n']],
  ['a date', { at: new Date(0) }, 'non_plain_object_in_canonical_input', ['at']],
  ['a map', new Map([['a', 1]]), 'non_plain_object_in_canonical_input', []],
  ['a set', [new Set([1])], 'non_plain_object_in_canonical_input', ['0']],
  ['bytes', { b: new Uint8Array(2) }, 'non_plain_object_in_canonical_input', ['b']],
  ['an instance', new Money(), 'non_plain_object_in_canonical_input', []],
  ['an object that inherits members', Object.create({ a: 1 }), 'non_plain_object_in_canonical_input', []],
  [
    'an object that inherits from no prototype',
    Object.create(Object.create(null)),
    'non_plain_object_in_canonical_input',
    [],
  ],
  ['a boxed number', [Object(1)], 'non_plain_object_in_canonical_input', ['0']],
  ['a boxed string', Object('a'), 'non_plain_object_in_canonical_input', []],
  ['a regular expression', /a/, 'non_plain_object_in_canonical_input', []],
  ['an error', new Error('e'), 'non_plain_object_in_canonical_input', []],
  ['a promise', Promise.resolve(1), 'non_plain_object_in_canonical_input', []],
  [
    'an array of a subclass',
    { l: new (class List extends Array {})() },
    'non_plain_object_in_canonical_input',
    ['l'],
  ],
  ['an array with a named property', labelled, 'non_plain_object_in_canonical_input', []],
  [
    'an array with a symbol',
    Object.assign([1], { [Symbol('hidden')]: 2 }),
    'non_plain_object_in_canonical_input',
    [],
  ],
  ['an array with its own toJSON', [rewriting], 'non_plain_object_in_canonical_input', ['0']],
  ['a hole', { l: holed }, 'sparse_array_in_canonical_input', ['l']],
  ['an array of holes', new Array(3), 'sparse_array_in_canonical_input', []],
  ['NaN', { a: [Number.NaN] }, 'non_finite_number_in_canonical_input', ['a', '0']],
  ['infinity', Number.POSITIVE_INFINITY, 'non_finite_number_in_canonical_input', []],
  ['a cycle through an object', cycle, 'cycle_in_canonical_input', ['self', 'again']],
  ['a cycle through an array', cyclicArray, 'cycle_in_canonical_input', ['1', 'back']],
]

describe('what JSON cannot say is refused, never dropped or converted', () => {
  for (const [name, value, reasonCode, path] of NO_JSON) {
    test(name, () => refuses(value, reasonCode, path))
  }

  test('an inherited toJSON, however it got there, changes nothing', () => {
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'forged', configurable: true })
    try {
      assert.equal(canonicalJson({ b: [1], a: 'x' }), '{"a":"x","b":[1]}')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON')
    }
  })

  test('a hole is not filled from a polluted prototype', () => {
    Object.defineProperty(Array.prototype, '1', { value: 'forged', configurable: true })
    try {
      refuses(holed, 'sparse_array_in_canonical_input', [])
    } finally {
      Reflect.deleteProperty(Array.prototype, '1')
    }
  })
})

describe('a text that a strict reader takes back', () => {
  test('is the same text, and numbers beyond ±(2^53 − 1) have none', () => {
    const value = {
      b: [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.1, -0, 5e-324],
      a: '9007199254740993',
    }
    assert.equal(readableCanonicalJson(value), canonicalJson(value))
    for (const number of [2 ** 53, -(2 ** 53), 1e21, -1e300, Number.MAX_VALUE]) {
      assert.throws(() => readableCanonicalJson({ a: [number] }), {
        reasonCode: 'unsafe_number_in_canonical_input',
        path: ['a', '0'],
      })
      assert.equal(parseStrictJson(canonicalJson(number), { maxDepth: 9 }).ok, false)
    }
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => readableCanonicalJson(number), {
        reasonCode: 'non_finite_number_in_canonical_input',
      })
    }
  })
})

describe('what is plain', () => {
  test('an object without a prototype is written like any other', () => {
    const bare = Object.assign(Object.create(null), { b: 1, a: 2 })
    assert.equal(canonicalJson(bare), '{"a":2,"b":1}')
  })

  test('an object or array of another realm is written, an instance from there is not', () => {
    assert.equal(canonicalJson(runInNewContext('({ b: [1, {}], a: null })')), '{"a":null,"b":[1,{}]}')
    refuses(runInNewContext('new Map()'), 'non_plain_object_in_canonical_input', [])
    refuses(runInNewContext('new (class A {})()'), 'non_plain_object_in_canonical_input', [])
    refuses(runInNewContext('new (class A extends Array {})()'), 'non_plain_object_in_canonical_input', [])
  })

  test('the same object may stand in two places', () => {
    const shared = { a: 1 }
    assert.equal(canonicalJson([shared, { shared }]), '[{"a":1},{"shared":{"a":1}}]')
  })
})

describe('errors', () => {
  test('name the code, the path and the kind of number', () => {
    try {
      canonicalJson({ cost: [1, Number.NEGATIVE_INFINITY] })
      assert.fail('nothing was thrown')
    } catch (error) {
      assert.ok(error instanceof CanonicalizationError)
      assert.equal(error.name, 'CanonicalizationError')
      assert.equal(error.message, 'non_finite_number_in_canonical_input at cost.1: -Infinity')
    }
    assert.throws(() => canonicalJson(undefined), { message: 'undefined_in_canonical_input at <root>' })
  })
})

describe('content hashes', () => {
  test('are the SHA-256 of the canonical bytes, in hex', () => {
    const hash = '43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777'
    assert.equal(computeContentHash({ b: 2, a: 1 }), hash)
    assert.equal(verifyContentHash({ a: 1, b: 2 }, hash), true)
  })

  test('do not verify for another value, another spelling or another algorithm', () => {
    const hash = computeContentHash({ a: 1 })
    assert.equal(verifyContentHash({ a: 2 }, hash), false)
    assert.equal(verifyContentHash({ a: 1 }, hash.toUpperCase()), false)
    assert.equal(verifyContentHash({ a: 1 }, ''), false)
    assert.throws(() => verifyContentHash({ a: Number.NaN }, hash), CanonicalizationError)
  })
})

describe('laws', () => {
  const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' })

  test('equals the reference implementation on every JSON value', () => {
    fc.assert(
      fc.property(json, (value) => assert.equal(canonicalJson(value), canonicalize(value))),
      { numRuns: 2000 },
    )
  })

  test('equals the reference implementation on wide objects with any keys', () => {
    const key = fc.string({ unit: 'binary', maxLength: 4 })
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.double({ noNaN: true, noDefaultInfinity: true }), { maxKeys: 60 }),
        (value) => assert.equal(canonicalJson(value), canonicalize(value)),
      ),
    )
  })

  test('parsing the canonical text gives the value back, and its canonical text is the same', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
        assert.equal(canonicalJson(JSON.parse(text)), text)
      }),
    )
  })

  test('refuses a text exactly when it is not well-formed', () => {
    const units = fc.array(fc.constantFrom(0x61, 0x22, 0xd83d, 0xde00, 0xdbff, 0xdfff, 0xe000), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes)
        if (text.isWellFormed()) assert.equal(canonicalJson(text), JSON.stringify(text))
        else refuses({ text }, 'lone_surrogate_in_canonical_input', ['text'])
      }),
    )
  })
})

type Cases<T> = { cases: T[] }

function read<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../../../vectors/canonical-json/${name}.json`, import.meta.url), 'utf8'),
  )
}

function refuses(value: unknown, reasonCode: string, path?: string[]): void {
  assert.throws(
    () => canonicalJson(value),
    (error) => {
      assert.ok(error instanceof CanonicalizationError)
      assert.equal(error.reasonCode, reasonCode)
      if (path !== undefined) assert.deepEqual(error.path, path)
      return true
    },
  )
}
