import { after, type TestContext, test } from 'node:test'
import { clockSet } from './clock-set.ts'
import { disconnect } from './disconnect.ts'
import { duplicate } from './duplicate.ts'
import type { RoundFigures } from './fault-round.ts'
import { hotPassport } from './hot-passport.ts'
import { killServer } from './kill-server.ts'
import { sqliteFull } from './sqlite-full.ts'
import { startLocalRig, startSqliteProcess } from './sqlite-rig.ts'

const [local, served] = await Promise.all([startLocalRig(), startSqliteProcess()])
after(() => Promise.all([local.close(), served.close()]))

const ROUNDS = 3

function rounds(name: string, run: (round: number) => Promise<RoundFigures>): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    test(`${name} (round ${round + 1} of ${ROUNDS})`, async (t: TestContext) => {
      t.diagnostic(JSON.stringify(await run(round)))
    })
  }
}

rounds('a hot passport’s budget is spent to the cent', () => hotPassport(local))
rounds('a request that races itself is one decision', () => duplicate(local))
rounds('clients that leave in the middle leave whole decisions or none', () => disconnect(local))
rounds('a clock set forward and back neither reorders a passport nor widens a window', () => clockSet(local))
rounds('a full database refuses with 503 and records nothing by half, and goes on when there is room', () =>
  sqliteFull(local),
)
rounds('kill -9 of the server under load loses nothing that was answered', (round) =>
  killServer(served, round),
)
