import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPacked, PackedReader, packNumber } from './packed-numbers.ts'

const LARGEST = Number.MAX_SAFE_INTEGER + 1

function pack(numbers: readonly number[]): string {
  return numbers.map(packNumber).join('')
}

function read(text: string): number[] {
  const reader = new PackedReader(text)
  const numbers: number[] = []
  while (!reader.isDone) numbers.push(reader.next())
  return numbers
}

test('numbers come back as they were packed, up to the largest sum, and their text needs no escapes', () => {
  const number = fc.oneof(
    fc.nat(40),
    fc.nat(),
    fc.maxSafeNat(),
    fc.constantFrom(0, 31, 32, 1023, 1024, LARGEST),
  )
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const text = pack(numbers)
      assert.deepEqual(read(text), numbers)
      assert.equal(isPacked(text), true)
      assert.equal(JSON.stringify(text), `"${text}"`)
    }),
  )
})

test('small numbers take one or two characters', () => {
  assert.equal(pack([]), '')
  assert.equal(pack([0, 31]), '#B')
  assert.equal(pack([32, 1023, 1024]), ']$|B]]$')
})

test('a reader tells how far it came, so that what is behind it can be kept', () => {
  const text = pack([70_000, 5, 33])
  const reader = new PackedReader(text)
  assert.equal(reader.next(), 70_000)
  assert.deepEqual(read(text.slice(reader.offset)), [5, 33])
})

test('what is no packed number is known, and cannot be read', () => {
  const texts = [
    ['a digit without its last', '|'],
    ['a digit without its last, behind a number', '#]'],
    ['a character below the digits', '"'],
    ['a character between the digits', 'C'],
    ['a character between the digits, before a number', 'C#'],
    ['a backslash', '\\'],
    ['a character above the digits', '}'],
    ['a letter of two bytes', 'é'],
    ['a line behind a number', '#\n'],
  ]
  for (const [what = '', text = ''] of texts) {
    assert.equal(isPacked(text), false, what)
    assert.throws(() => read(text), RangeError, what)
  }
  assert.equal(isPacked(`${'|'.repeat(11)}$`), false, 'more digits than a number has')
})

test('what is no whole number, or below zero, is not packed', () => {
  for (const number of [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY]) {
    assert.throws(() => packNumber(number), RangeError, String(number))
  }
})
