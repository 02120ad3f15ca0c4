import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ERROR_CODES } from './errors.ts'
import { PASSPORT_VERIFY_REASON_CODES } from './passports/reasons.ts'
import { REASON_CODES, REASONS } from './reasons.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

/** Rows of the table under a heading: code and the cells after it. */
function rowsUnder(heading: string): [code: string, cells: string[]][] {
  const section = page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)` \| (.*) \|$/gm)].map(
    ([, anchor = '', code = '', rest = '']) => {
      assert.equal(anchor, code)
      return [code, rest.split(' | ')]
    },
  )
}

test('every error code is explained, with its status, in order', () => {
  const rows = rowsUnder('Errors')
  assert.deepEqual(
    rows.map(([code]) => code),
    [...ERROR_CODES],
  )
  for (const [code, [status = '', meaning = '', action = '']] of rows) {
    assert.match(status, /^[45]\d\d$/, code)
    assert.match(meaning, /\.$/, code)
    assert.match(action, /\.$/, code)
  }
})

test('every reason is explained in the words of the code', () => {
  const rows = [...rowsUnder('Passports'), ...rowsUnder('Gates and approvals')]
  const expected = [...PASSPORT_VERIFY_REASON_CODES, ...REASON_CODES].map((code) => [code, [REASONS[code]]])
  assert.deepEqual(rows, expected)
})

test('no code is explained twice, and no error code is a reason too', () => {
  const anchors = [...page.matchAll(/<a id="(\w+)">/g)].map(([, code]) => code)
  const twice = anchors.filter((code, index) => anchors.indexOf(code) !== index)
  assert.deepEqual(twice, [])
})

test('a reason is one sentence', () => {
  for (const [code, sentence] of Object.entries(REASONS)) assert.match(sentence, /^[A-Z].*[^.]\.$/, code)
})
