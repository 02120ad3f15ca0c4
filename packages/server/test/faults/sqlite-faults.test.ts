import assert from 'node:assert/strict'
import { after } from 'node:test'
import { clockSet } from './clock-set.ts'
import { disconnect } from './disconnect.ts'
import { diskFull } from './disk-full.ts'
import { killServer } from './kill-server.ts'
import { rounds } from './rounds.ts'
import { makeSmallDisk } from './small-disk.ts'
import { sqliteFull } from './sqlite-full.ts'
import { startLocalRig, startSqliteProcess } from './sqlite-rig.ts'

const disk = makeSmallDisk(64)
const [local, served] = await Promise.all([
  startLocalRig(),
  startSqliteProcess(1, typeof disk === 'string' ? undefined : disk.directory),
])
after(async () => {
  await Promise.all([local.close(), served.close()])
  if (typeof disk !== 'string') disk.remove()
})

rounds('clients that leave in the middle leave whole decisions or none', () => disconnect(local))
rounds('a clock set forward and back neither reorders a passport nor widens a window', () => clockSet(local))
rounds('a full database refuses with 503 and records nothing by half, and goes on when there is room', () =>
  sqliteFull(local),
)
rounds('kill -9 of the server under load loses nothing that was answered', (round) =>
  killServer(served, round),
)
rounds(
  'a full disk refuses with 503 and records nothing by half, and the server goes on when there is room',
  async () => {
    assert.ok(typeof disk !== 'string')
    return diskFull(served, disk)
  },
  { skip: typeof disk === 'string' ? `NOT TESTED, a full disk under SQLite: ${disk}` : undefined },
)
