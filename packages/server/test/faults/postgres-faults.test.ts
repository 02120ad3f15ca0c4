import { after } from 'node:test'
import { clockSet } from './clock-set.ts'
import { disconnect } from './disconnect.ts'
import { duplicate } from './duplicate.ts'
import { hotPassport } from './hot-passport.ts'
import { killBackend, killPostgres } from './kill-postgres.ts'
import { killServer } from './kill-server.ts'
import { postgresAway } from './postgres-away.ts'
import { logFull, tablesFull } from './postgres-full.ts'
import { startPostgresRig } from './postgres-rig.ts'
import { rounds } from './rounds.ts'

const rig = await startPostgresRig()
after(() => rig.close())

const skip =
  typeof rig.disks === 'string' ? `NOT TESTED, a full disk under PostgreSQL: ${rig.disks}` : undefined

rounds('two processes spend a hot passport’s budget to the cent', () => hotPassport(rig))
rounds('a request that races itself at two processes is one decision', () => duplicate(rig))
rounds('clients that leave in the middle leave whole decisions or none', () => disconnect(rig))
rounds('a database clock set forward and back neither reorders a passport nor widens a window', () =>
  clockSet(rig),
)
rounds('kill -9 of one connection of PostgreSQL is survived without a restart', () => killBackend(rig))
rounds('kill -9 of PostgreSQL is survived without a restart of a server', () => killPostgres(rig))
rounds('while PostgreSQL is away requests are told to come back, and then served without a restart', () =>
  postgresAway(rig, 300),
)
rounds('without room for tables requests are told to come back, until there is', () => tablesFull(rig), {
  skip,
})
rounds(
  'without room for the write-ahead log requests are told to come back, until there is',
  () => logFull(rig),
  {
    skip,
  },
)
rounds('kill -9 of a server loses nothing that was answered, and the other goes on', (round) =>
  killServer(rig, round),
)
