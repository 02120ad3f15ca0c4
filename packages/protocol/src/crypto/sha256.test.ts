import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sha256 as portable } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { encodeHex } from './base64.ts'
import { sha256, sha256Hex } from './sha256.ts'

const KNOWN: [text: string, hex: string][] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
]

describe('SHA-256', () => {
  for (const [text, hex] of KNOWN) {
    test(`of \`${text}\` is the published digest`, () => {
      assert.equal(sha256Hex(text), hex)
      assert.equal(encodeHex(sha256(new TextEncoder().encode(text))), hex)
    })
  }

  test('is the same from bytes, from text and from the portable implementation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const bytes = new TextEncoder().encode(text)
        const expected = encodeHex(portable(bytes))
        assert.equal(sha256Hex(text), expected)
        assert.equal(sha256Hex(bytes), expected)
        assert.deepEqual(sha256(bytes), portable(bytes))
      }),
    )
  })
})
