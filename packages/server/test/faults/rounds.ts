import { type TestContext, test } from 'node:test'
import type { RoundFigures } from './fault-round.ts'

/** One says that a fault is survived; three are for where time is not waited for, and `npm run soak` does twenty. */
const ROUNDS = (process.env.CI ?? '') === '' ? 1 : 3

/** A fault done some times, each a test that tells its figures. */
export function rounds(
  name: string,
  run: (round: number) => Promise<RoundFigures>,
  options: { skip?: string | undefined } = {},
): void {
  const { skip } = options
  for (let round = 0; round < ROUNDS; round += 1) {
    const title = `${name} (round ${round + 1} of ${ROUNDS})`
    test(title, skip === undefined ? {} : { skip }, async (t: TestContext) => {
      t.diagnostic(JSON.stringify(await run(round)))
    })
  }
}
