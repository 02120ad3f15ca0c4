import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { execute } from '../store/postgres-server.ts'
import { faultRound, type RoundFigures } from './fault-round.ts'
import { WORKERS } from './keyed-load.ts'
import type { PostgresRig } from './postgres-rig.ts'

/** No room for tables: statements fail, the database goes on. */
export function tablesFull(rig: PostgresRig): Promise<RoundFigures> {
  return faultRound(rig, async (load) => {
    assert.ok(typeof rig.disks !== 'string')
    rig.disks.tables.fill()
    await load.refusals(WORKERS)
    rig.disks.tables.free()
  })
}

/** Once in many runs it neither ends nor recovers by itself; an operator would not wait for longer either. */
const ASKED_BEFORE_KILL = 200

/** No room for the write-ahead log: the database gives up, and is started again by its operator. */
export function logFull(rig: PostgresRig): Promise<RoundFigures> {
  return faultRound(rig, async (load) => {
    assert.ok(typeof rig.disks !== 'string')
    rig.disks.log.fill()
    // What is left of the log's file would last for a while, and the next one has no room.
    await execute(rig.postgres.url, 'select pg_switch_wal()').catch(() => undefined)
    await load.refusals(WORKERS)
    load.ease()
    rig.disks.log.free()
    for (let asked = 1; !(await answers(rig)); asked += 1) {
      if (asked % ASKED_BEFORE_KILL === 0 && rig.postgres.isRunning()) {
        console.error('PostgreSQL lives, and does not serve since its disk was full: it is killed')
        await rig.postgres.crash()
      }
      if (!rig.postgres.isRunning()) await rig.postgres.resume()
      await delay(50)
    }
  })
}

async function answers(rig: PostgresRig): Promise<boolean> {
  return (await fetch(`${rig.servers[0]}/readyz`)).status === 200
}
