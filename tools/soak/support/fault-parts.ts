import { clockSet } from '../../../packages/server/test/faults/clock-set.ts'
import { disconnect } from '../../../packages/server/test/faults/disconnect.ts'
import { diskFull } from '../../../packages/server/test/faults/disk-full.ts'
import { drain } from '../../../packages/server/test/faults/drain.ts'
import { duplicate } from '../../../packages/server/test/faults/duplicate.ts'
import type { RoundFigures } from '../../../packages/server/test/faults/fault-round.ts'
import { hotPassport } from '../../../packages/server/test/faults/hot-passport.ts'
import { killBackend, killPostgres } from '../../../packages/server/test/faults/kill-postgres.ts'
import { killServer } from '../../../packages/server/test/faults/kill-server.ts'
import { postgresAway } from '../../../packages/server/test/faults/postgres-away.ts'
import { logFull, tablesFull } from '../../../packages/server/test/faults/postgres-full.ts'
import { type PostgresRig, startPostgresRig } from '../../../packages/server/test/faults/postgres-rig.ts'
import { makeSmallDisk } from '../../../packages/server/test/faults/small-disk.ts'
import { sqliteFull } from '../../../packages/server/test/faults/sqlite-full.ts'
import {
  FEW_PAGES,
  type LocalRig,
  type ProcessRig,
  startLocalRig,
  startSqliteProcess,
} from '../../../packages/server/test/faults/sqlite-rig.ts'

/** Starts what a fault is done to, lends it, and ends it. Answers in words why it cannot be tested here. */
type Part = (
  rounds: (run: (round: number) => Promise<RoundFigures>) => Promise<void>,
) => Promise<string | undefined>

const SCALE = 5
const AWAY_MS = 10_000
const DISK_MIB = 512

/** Room for the records of all rounds, in pages of 4 KiB. */
const MANY_PAGES = 1_000_000

function local(fault: (rig: LocalRig) => Promise<RoundFigures>, maxPages = MANY_PAGES): Part {
  return async (rounds) => {
    const rig = await startLocalRig(SCALE, maxPages)
    await rounds(() => fault(rig)).finally(() => rig.close())
    return undefined
  }
}

function served(fault: (rig: ProcessRig, round: number) => Promise<RoundFigures>): Part {
  return async (rounds) => {
    const rig = await startSqliteProcess(SCALE)
    await rounds((round) => fault(rig, round)).finally(() => rig.close())
    return undefined
  }
}

function postgres(
  fault: (rig: PostgresRig, round: number) => Promise<RoundFigures>,
  options: { onDisks?: boolean } = {},
): Part {
  return async (rounds) => {
    const rig = await startPostgresRig(SCALE)
    const isPossible = options.onDisks !== true || typeof rig.disks !== 'string'
    await (isPossible ? rounds((round) => fault(rig, round)) : Promise.resolve()).finally(() => rig.close())
    return isPossible ? undefined : String(rig.disks)
  }
}

const diskFullPart: Part = async (rounds) => {
  const disk = makeSmallDisk(DISK_MIB)
  if (typeof disk === 'string') return disk
  const rig = await startSqliteProcess(SCALE, disk.directory)
  await rounds(() => diskFull(rig, disk))
    .finally(() => rig.close())
    .finally(() => disk.remove())
  return undefined
}

/** Every fault by the name under which the soak does it. */
export const FAULT_PARTS: Readonly<Record<string, Part>> = {
  'sqlite-kill-server': served(killServer),
  'sqlite-drain': served(drain),
  'sqlite-full': local(sqliteFull, FEW_PAGES),
  'sqlite-disk-full': diskFullPart,
  'sqlite-clock': local(clockSet),
  'sqlite-disconnect': local(disconnect),
  'sqlite-duplicate': local(duplicate),
  'sqlite-hot-passport': local(hotPassport),
  'postgres-kill-server': postgres(killServer),
  'postgres-drain': postgres(drain),
  'postgres-kill': postgres(killPostgres),
  'postgres-kill-backend': postgres(killBackend),
  'postgres-away': postgres((rig) => postgresAway(rig, AWAY_MS)),
  'postgres-tables-full': postgres(tablesFull, { onDisks: true }),
  'postgres-log-full': postgres(logFull, { onDisks: true }),
  'postgres-clock': postgres(clockSet),
  'postgres-disconnect': postgres(disconnect),
  'postgres-duplicate': postgres(duplicate),
  'postgres-hot-passport': postgres(hotPassport),
}
