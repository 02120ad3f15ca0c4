import { setTimeout as delay } from 'node:timers/promises'
import { faultRound, type RoundFigures } from './fault-round.ts'
import type { PostgresRig } from './postgres-rig.ts'

/** The database is stopped, stays away for a while and comes back; the servers are not touched. */
export function postgresAway(rig: PostgresRig, milliseconds: number): Promise<RoundFigures> {
  return faultRound(rig, async (load) => {
    await rig.postgres.halt()
    await load.refusals(1)
    await delay(milliseconds)
    await rig.postgres.resume()
  })
}
