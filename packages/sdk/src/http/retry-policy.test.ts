import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LONGEST_RETRY_AFTER_S, retryDelayMs } from './retry-policy.ts'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('without a word from the server a wait is at least 0 and under 8 seconds, however many tries failed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), random, (attempt, chance) => {
      const delay = retryDelayMs(attempt, undefined, chance)
      assert.ok(delay !== undefined && delay >= 0 && delay < 8_000)
    }),
  )
})

test('the ceiling of the wait doubles', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map((attempt) => retryDelayMs(attempt, undefined, 0.5)),
    [125, 250, 500, 1000, 2000, 4000, 4000],
  )
})

test('a wait that the server asks for is kept to exactly, up to a minute, and refused beyond', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), random, (seconds, chance) => {
      const expected = seconds <= LONGEST_RETRY_AFTER_S ? seconds * 1000 : undefined
      assert.equal(retryDelayMs(1, seconds, chance), expected)
    }),
  )
})
