import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeUtf8Strict, isWellFormed, utf8Bytes } from './utf8.ts'

const NOT_UTF8: [name: string, bytes: number[]][] = [
  ['a byte that begins nothing', [0xff]],
  ['a continuation byte alone', [0x80]],
  ['a sequence cut off', [0xe2, 0x82]],
  ['a sequence broken off', [0xe2, 0x28, 0xa1]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['an overlong NUL', [0xe0, 0x80, 0x80]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['a surrogate pair in two sequences', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ['good text before a bad byte', [0x61, 0xc3]],
]

describe('decoding', () => {
  for (const [name, bytes] of NOT_UTF8) {
    test(`refuses ${name}`, () => assert.equal(decodeUtf8Strict(new Uint8Array(bytes)), undefined))
  }

  test('keeps a byte order mark, for the parser to refuse', () => {
    assert.equal(decodeUtf8Strict(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b])), '\ufeff{')
  })

  test('gives every well-formed text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(isWellFormed(text), true)
        assert.equal(decodeUtf8Strict(utf8Bytes(text)), text)
      }),
    )
  })
})

describe('well-formedness', () => {
  for (const text of [
    '\ud800',
    '\udfff',
    'a\ud83d',
    '\ude00b',
    '\ude00\ud83d',
    '\ud83d\ud83d\ude00',
    '😀\ude00',
  ]) {
    test(`${JSON.stringify(text)} is not well-formed`, () => assert.equal(isWellFormed(text), false))
  }

  test('is judged alike where the language has no method for it', () => {
    const units = fc.array(fc.constantFrom(0x61, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes)
        const verdict = isWellFormed(text)
        const bare = Object.assign(Object(text), { isWellFormed: undefined })
        assert.equal(isWellFormed(bare), verdict)
      }),
    )
  })
})
