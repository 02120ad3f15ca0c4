import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readDownwards } from './read-downwards.ts'

test('what is read in slices is what one statement would have read, and no slice is long', async () => {
  const number = fc.oneof(
    fc.integer({ min: 1, max: 100_000 }),
    fc.constantFrom(1, 2, 20_000, 20_001, 40_001, 99_999),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(number, { maxLength: 30 }),
      fc.integer({ min: 0, max: 100_001 }),
      fc.integer({ min: 1, max: 10 }),
      async (matching, below, limit) => {
        const sorted = matching.toSorted((a, b) => b - a)
        const read = await readDownwards(below, limit, async (slice) => {
          assert.ok(slice.below - slice.from <= 20_000)
          return sorted.filter((n) => n >= slice.from && n < slice.below).slice(0, slice.limit)
        })
        assert.deepEqual(read, sorted.filter((n) => n < below).slice(0, limit))
      },
    ),
  )
})

test('nothing more is read once there are enough, and nothing where there is nothing', async () => {
  let asked = 0
  const everything = async (slice: { below: number; limit: number }) => {
    asked += 1
    return Array.from({ length: slice.limit }, (_, i) => slice.below - 1 - i)
  }
  assert.deepEqual(await readDownwards(1_000_000, 3, everything), [999_999, 999_998, 999_997])
  assert.equal(asked, 1)
  assert.deepEqual(await readDownwards(1, 3, everything), [])
  assert.equal(asked, 1)
})
