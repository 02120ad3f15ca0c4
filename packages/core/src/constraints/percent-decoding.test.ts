import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeFully } from './percent-decoding.ts'

/** One round at a time, until nothing changes. */
function slowly(text: string): string {
  let before = text
  for (;;) {
    const after = before.replace(/%[0-9A-Fa-f]{2}/g, (code) =>
      String.fromCharCode(Number.parseInt(code.slice(1), 16)),
    )
    if (after === before) return after
    before = after
  }
}

/** Escapes of ASCII only, so that characters and bytes are the same. */
const escaped = fc
  .array(fc.constantFrom('%', '2', '5', '%2', '%25', '%41', '%2e', '%2F', '%37', 'a', '/', '.', '7', '4'), {
    maxLength: 14,
    size: 'max',
  })
  .map((parts) => parts.join(''))

test('one pass decodes what round after round decodes', () => {
  fc.assert(
    fc.property(escaped, (text) => {
      const decoded = slowly(text)
      // Escapes put together of others may name bytes that are no text.
      const isAscii = [...decoded].every((character) => character <= '\u007f')
      assert.equal(decodeFully(text), isAscii ? decoded : undefined)
    }),
    { numRuns: 5000 },
  )
})

test('what was decoded holds no escape any more', () => {
  fc.assert(
    fc.property(escaped, (text) => assert.doesNotMatch(decodeFully(text) ?? '', /%[0-9A-Fa-f]{2}/)),
    { numRuns: 1000 },
  )
})

for (const text of ['%ff', '%c0%ae', '%ed%a0%80', '%f4%90%80%80', '%e2%82', 'a%80b']) {
  test(`${text} is no text`, () => assert.equal(decodeFully(text), undefined))
}

for (const [text, decoded] of [
  ['100%', '100%'],
  ['%zz', '%zz'],
  ['%e2%82%ac', '€'],
  ['%25e2%2582%25ac', '€'],
  ['é%41', 'éA'],
  ['%EF%BB%BFa', '\ufeffa'],
] as const) {
  test(`${text} decodes to ${JSON.stringify(decoded)}`, () => assert.equal(decodeFully(text), decoded))
}
