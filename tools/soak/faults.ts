/**
 * Does faults to servers under load, and checks the whole log after each: `npm run soak -- faults [ROUNDS]` all of them,
 * twenty times each unless told otherwise, or one by its name, `npm run soak -- postgres-away [ROUNDS]`.
 */
import type { RoundFigures } from '../../packages/server/test/faults/fault-round.ts'
import { FAULT_PARTS } from './support/fault-parts.ts'
import { soakResult } from './support/soak-result.ts'

const given = process.argv.slice(2)
const wanted = given.filter((word) => word in FAULT_PARTS)
const count = Number(given.find((word) => /^\d+$/.test(word)) ?? 20)

for (const [name, part] of Object.entries(FAULT_PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const sum: RoundFigures = { decisions: 0, refused: 0, lost: 0 }
  let done = 0
  try {
    const reason = await part(async (run) => {
      for (let round = 0; round < count; round += 1) {
        const figures = await run(round)
        done += 1
        sum.decisions += figures.decisions
        sum.refused += figures.refused
        sum.lost += figures.lost
        console.log(`${name} ${done}/${count}: ${JSON.stringify(figures)}`)
      }
    })
    soakResult(name, { rounds: done, ...sum, ...(reason === undefined ? {} : { not_tested: reason }) })
  } catch (error) {
    console.error(`${name} failed in round ${done + 1}`, error)
    soakResult(name, { rounds: done, ...sum, failed_in_round: done + 1 })
    process.exitCode = 1
  }
}
