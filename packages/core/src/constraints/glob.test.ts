import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { globMatches } from './glob.ts'

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12, size: 'max' })
const globs = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 9, size: 'max' })

function slowly(glob: string, text: string): boolean {
  if (glob === '') return text === ''
  if (glob.startsWith('*')) return slowly(glob.slice(1), text) || (text !== '' && slowly(glob, text.slice(1)))
  return text.startsWith(glob.charAt(0)) && slowly(glob.slice(1), text.slice(1))
}

test('a glob matches what trying every split matches', () => {
  fc.assert(
    fc.property(globs, letters, (glob, text) => assert.equal(globMatches(glob, text), slowly(glob, text))),
    { numRuns: 5000 },
  )
})

test('signs of regular expressions are letters', () => {
  for (const sign of ['.', '+', '?', '[a]', '(a)', '^', '$', '|', '\\', '{1}']) {
    assert.equal(globMatches(sign, sign), true)
    assert.equal(globMatches(sign, 'a'), false)
    assert.equal(globMatches(`*${sign}*`, `x${sign}y`), true)
  }
})
