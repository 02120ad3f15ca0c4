import { after } from 'node:test'
import { clockSet } from './clock-set.ts'
import { disconnect } from './disconnect.ts'
import { killServer } from './kill-server.ts'
import { rounds } from './rounds.ts'
import { sqliteFull } from './sqlite-full.ts'
import { startLocalRig, startSqliteProcess } from './sqlite-rig.ts'

const [local, served] = await Promise.all([startLocalRig(), startSqliteProcess()])
after(() => Promise.all([local.close(), served.close()]))

rounds('clients that leave in the middle leave whole decisions or none', () => disconnect(local))
rounds('a clock set forward and back neither reorders a passport nor widens a window', () => clockSet(local))
rounds('a full database refuses with 503 and records nothing by half, and goes on when there is room', () =>
  sqliteFull(local),
)
rounds('kill -9 of the server under load loses nothing that was answered', (round) =>
  killServer(served, round),
)
