import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { csvLine } from './csv.ts'

const cases: readonly (readonly [cell: string | number | null, written: string])[] = [
  ['plain', 'plain'],
  ['', ''],
  [null, ''],
  [0, '0'],
  [-5, '-5'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
  ['+1', `'+1`],
  ['-1+2', `'-1+2`],
  ['@SUM(A1)', `'@SUM(A1)`],
  ['\t=1', `'\t=1`],
  ['\r=1', `"'\r=1"`],
  ['\n=1', `"'\n=1"`],
  ['a=1', 'a=1'],
]
for (const [cell, written] of cases) {
  test(`the cell ${JSON.stringify(cell)} is written as ${JSON.stringify(written)}`, () => {
    assert.equal(csvLine([cell]), `${written}\r\n`)
  })
}

/** A plain reader of RFC 4180. */
function readLine(text: string): string[] {
  const cells: string[] = []
  let rest = text
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(,|\r\n)/.exec(rest)
    const found = quoted ?? /^([^",\r\n]*)(,|\r\n)/.exec(rest)
    assert.ok(found, `not a line: ${JSON.stringify(text)}`)
    cells.push((found[1] ?? '').replaceAll('""', '"'))
    rest = rest.slice(found[0].length)
    if (found[2] === '\r\n') break
  }
  assert.equal(rest, '')
  return cells
}

test('whatever the cells hold, a reader gets as many, and none is a formula', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",a') }),
  )
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
      const read = readLine(csvLine(cells))
      assert.equal(read.length, cells.length)
      for (const [i, text] of read.entries()) {
        assert.equal(/^[=+\-@\t\r\n]/.test(text), false)
        assert.ok(text === cells[i] || text === `'${cells[i]}`)
      }
    }),
  )
})
