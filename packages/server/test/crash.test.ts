import { test } from 'node:test'
import { crashRound } from './crash-round.ts'

// Killed while young, warm and busy: early rounds hit the first flushes, later ones a full queue.
for (const afterDecisions of [60, 300, 900]) {
  test(`kill -9 after ${afterDecisions} answers loses no answered decision, breaks no chain, drifts no counter`, async () => {
    await crashRound(afterDecisions)
  })
}
