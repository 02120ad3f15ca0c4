import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64Strict, decodeHex, encodeBase64, encodeBase64Url, encodeHex } from './base64.ts'
import {
  decodeBase64Portable,
  decodeHexPortable,
  encodeBase64Portable,
  encodeHexPortable,
} from './base64-portable.ts'

const REFUSED_BASE64: [name: string, text: string][] = [
  ['no padding', 'YQ'],
  ['half the padding', 'YQ='],
  ['too much padding', 'YWI=='],
  ['padding after a full group', 'YWJj===='],
  ['padding alone', '===='],
  ['padding in the middle', 'YQ==YQ=='],
  ['a stray bit before two padding characters', 'YR=='],
  ['all stray bits before two padding characters', 'Yf=='],
  ['a stray bit before one padding character', 'YWJ='],
  ['a stray bit that shows in the last of three', 'YWL='],
  ['the URL-safe alphabet', '-_-_'],
  ['mixed alphabets', '+_+_'],
  ['a line feed', 'YWJj\n'],
  ['a line feed in the middle', 'YW\nJj'],
  ['a leading space', ' YWJj'],
  ['a character of no alphabet', 'YW*j'],
  ['junk beside good groups', 'YWJj!!!!'],
  ['NUL', 'YWJj\0'],
  ['beyond ASCII', 'YWJ\u00e9'],
  ['a character whose low byte is in the alphabet', 'YWJ\u0141'],
  ['a pair of surrogates', 'YW\ud83d\ude00'],
  ['one character too few', 'YWJ'],
  ['one character', 'Y'],
]

const REFUSED_HEX: [name: string, text: string][] = [
  ['upper case', 'AB'],
  ['mixed case', 'aB'],
  ['half a byte', 'abc'],
  ['a prefix', '0xab'],
  ['a space', 'ab cd'],
  ['a line feed', 'ab\n'],
  ['a letter beyond f', 'ag'],
  ['junk after good bytes', 'abzz'],
  ['full-width digits', '\uff11\uff12'],
  ['a character whose low byte is a digit', '\u0131\u0132'],
]

describe('what is refused', () => {
  for (const [name, text] of REFUSED_BASE64) {
    test(`base64 with ${name}`, () => {
      assert.equal(decodeBase64Strict(text), undefined)
      assert.notEqual(encodeBase64Portable(decodeBase64Portable(text)), text)
    })
  }
  for (const [name, text] of REFUSED_HEX) {
    test(`hex with ${name}`, () => {
      assert.equal(decodeHex(text), undefined)
      assert.notEqual(encodeHexPortable(decodeHexPortable(text)), text)
    })
  }
  for (const value of [undefined, null, 4, [], {}, new Uint8Array(3)]) {
    test(`${Object.prototype.toString.call(value)}, which is no text`, () => {
      // @ts-expect-error: callers in JavaScript pass anything
      assert.equal(decodeBase64Strict(value), undefined)
      // @ts-expect-error
      assert.equal(decodeHex(value), undefined)
    })
  }
})

describe('laws', () => {
  const bytes = fc.uint8Array({ maxLength: 80 })

  test('what was encoded is decoded, into plain bytes of its own', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const decoded = decodeBase64Strict(encodeBase64(value))
        assert.deepEqual(decoded, value)
        assert.equal(decoded?.buffer.byteLength, value.length)
        assert.deepEqual(decodeHex(encodeHex(value)), value)
      }),
    )
  })

  test('two texts never decode to the same bytes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwYZ019+/-_= \n'), maxLength: 9 })
    fc.assert(
      fc.property(text, (candidate) => {
        const decoded = decodeBase64Strict(candidate)
        if (decoded !== undefined) assert.equal(encodeBase64(decoded), candidate)
      }),
      { numRuns: 5000 },
    )
  })

  test('one character changed in a good text changes the bytes or is refused', () => {
    const char = fc.constantFrom(...'ABCDwxyz0189+/=-_ ')
    fc.assert(
      fc.property(bytes, fc.nat(), char, (value, position, replacement) => {
        const text = encodeBase64(value)
        const at = position % (text.length + 1)
        const changed = text.slice(0, at) + replacement + text.slice(at + 1)
        if (changed !== text) assert.notDeepEqual(decodeBase64Strict(changed), value)
      }),
    )
  })

  test('runtimes without Buffer give the same texts and the same verdicts', () => {
    fc.assert(
      fc.property(bytes, fc.string({ unit: 'binary', maxLength: 12 }), (value, junk) => {
        assert.equal(encodeBase64Portable(value), encodeBase64(value))
        assert.equal(encodeHexPortable(value), encodeHex(value))
        for (const text of [junk, encodeBase64(value) + junk, encodeHex(value) + junk]) {
          assert.deepEqual(
            strictly(text, decodeBase64Portable, encodeBase64Portable),
            decodeBase64Strict(text),
          )
          assert.deepEqual(strictly(text, decodeHexPortable, encodeHexPortable), decodeHex(text))
        }
      }),
    )
  })

  test('the URL-safe form is the standard one in its alphabet, without padding', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        assert.equal(encodeBase64Url(value), Buffer.from(value).toString('base64url'))
      }),
    )
  })

  test('a view into a larger buffer encodes its own bytes only', () => {
    const view = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4)
    assert.equal(encodeBase64(view), 'AQID')
    assert.equal(encodeHex(view), '010203')
  })
})

function strictly(text: string, decode: (text: string) => Uint8Array, encode: (bytes: Uint8Array) => string) {
  const decoded = decode(text)
  return encode(decoded) === text ? decoded : undefined
}
