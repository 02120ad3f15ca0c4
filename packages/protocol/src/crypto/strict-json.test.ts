import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson } from './canonical-json.ts'
import { parseStrictJson } from './strict-json.ts'

const LIMIT = { maxDepth: 64 }

describe('vectors', () => {
  for (const { name, text } of read<{ name: string; text: string }>('accept')) {
    test(`accepted: ${name}`, () => {
      assert.deepEqual(parseStrictJson(text, LIMIT), { ok: true, value: JSON.parse(text) })
    })
  }

  type Refusal = { name: string; text: string; code: string; pointer: string }
  for (const { name, text, code, pointer } of read<Refusal>('refuse')) {
    test(`refused as ${code}: ${name}`, () => {
      const result = parseStrictJson(text, LIMIT)
      assert.ok(!result.ok)
      assert.deepEqual({ code: result.code, pointer: result.pointer }, { code, pointer })
      assert.ok(result.message.length > 0 && result.message.length < 140)
      if (code === 'malformed') assert.throws(() => JSON.parse(text), SyntaxError)
    })
  }

  type Depth = {
    name: string
    open: string
    middle: string
    close: string
    times: number
    max_depth: number
    ok: boolean
  }
  for (const { name, open, middle, close, times, max_depth, ok } of read<Depth>('depth')) {
    test(`depth: ${name}`, () => {
      const text = open.repeat(times) + middle + close.repeat(times)
      const result = parseStrictJson(text, { maxDepth: max_depth })
      assert.equal(result.ok, ok)
      if (!result.ok) assert.equal(result.code, 'too_deep')
    })
  }
})

describe('messages', () => {
  const expected: [text: string, message: string][] = [
    ['{"a":1,"a":2}', 'duplicate key `a` at position 7'],
    ['{"__proto__":1}', 'forbidden key `__proto__` at position 1'],
    ['[1,]', 'unexpected character "]" at position 3'],
    ['"\n"', 'unexpected character "\\n" at position 1'],
    ['[1', 'unexpected end at position 2'],
    ['[1e99]', 'number beyond ±(2^53 - 1) at position 1'],
    ['["\\ud800"]', 'lone surrogate at position 2'],
    ['"ab\ud800"', 'lone surrogate at position 3'],
    ['\ufeff1', 'byte order mark at position 0'],
    [`${'['.repeat(65)}`, 'nested too deeply at position 64'],
    [`{"${'k'.repeat(99)}":1,"${'k'.repeat(99)}":1}`, `duplicate key \`${'k'.repeat(64)}…\` at position 105`],
  ]
  for (const [text, message] of expected) {
    test(`say what and where: ${message.slice(0, 40)}`, () => {
      const result = parseStrictJson(text, LIMIT)
      assert.equal(result.ok || result.message, message)
    })
  }
})

describe('when in doubt, refused', () => {
  for (const value of [undefined, null, 1, {}, [], new Uint8Array([0x31])]) {
    test(`${Object.prototype.toString.call(value)} is no text`, () => {
      // @ts-expect-error: callers in JavaScript pass anything
      const result = parseStrictJson(value, LIMIT)
      assert.equal(result.ok || result.code, 'malformed')
    })
  }

  test('a bound that is no number allows nothing nested', () => {
    const result = parseStrictJson('[]', { maxDepth: Number.NaN })
    assert.equal(result.ok || result.code, 'too_deep')
  })
})

describe('laws', () => {
  const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }).filter(isSafe)

  test('what was written canonically is read back', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        const result = parseStrictJson(text, LIMIT)
        assert.deepEqual(result, { ok: true, value: JSON.parse(text) })
        assert.ok(result.ok && canonicalJson(result.value) === text)
      }),
      { numRuns: 1000 },
    )
  })

  test('white space and escapes change nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value, undefined, '\t').replace(/[^\0-\x7f]/g, escapeUnit)
        assert.deepEqual(parseStrictJson(text, LIMIT), { ok: true, value: JSON.parse(text) })
      }),
    )
  })

  test('agrees with a slow check of what JSON.parse made of any text', () => {
    const token = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b"',
        '"\\u0061"',
        '"constructor"',
        '"\\ud800"',
        '"\\ud83d\\ude00"',
      ],
      ...[
        '0',
        '-',
        '1.5',
        '1e400',
        '9007199254740991',
        '9007199254740992',
        '01',
        'true',
        'null',
        ' ',
        '"',
        '\\',
        '\n',
      ],
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join('')
        assert.equal(parseStrictJson(text, LIMIT).ok, isAcceptable(text), text)
      }),
      { numRuns: 20_000 },
    )
  })

  test('agrees with that slow check when one character of a good text is changed', () => {
    const edit = fc.constantFrom(...'{}[]",:\\ue0-.1 \n\u0000\ud800'.split(''))
    fc.assert(
      fc.property(json, fc.nat(), edit, fc.boolean(), (value, position, char, insert) => {
        const text = JSON.stringify(value)
        const at = position % (text.length + 1)
        const changed = text.slice(0, at) + char + text.slice(insert ? at : at + 1)
        assert.equal(parseStrictJson(changed, LIMIT).ok, isAcceptable(changed), changed)
      }),
      { numRuns: 5000 },
    )
  })
})

/** Parses with JSON.parse, then looks at the value, and counts members to see whether duplicates were lost. */
function isAcceptable(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    const membersInText = [...text.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/:/g)].length
    return text.isWellFormed() && isSafe(value) && countMembers(value) === membersInText
  } catch {
    return false
  }
}

function isSafe(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
  if (typeof value !== 'object' || value === null) return true
  const forbidden = ['__proto__', 'constructor', 'prototype']
  return Object.entries(value).every(([key, item]) => isSafe(key) && !forbidden.includes(key) && isSafe(item))
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce((sum: number, item) => sum + countMembers(item), own)
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function read<T>(name: string): T[] {
  const file = new URL(`../../../../vectors/strict-json/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).cases
}
