import { faultRound, type RoundFigures } from './fault-round.ts'
import type { ProcessRig } from './sqlite-rig.ts'

/** SIGTERM to each server in turn under load: it ends by itself with code 0, and what it answered is there. */
export function drain(rig: ProcessRig, round: number): Promise<RoundFigures> {
  const slot = rig.slots[round % rig.slots.length]
  return faultRound(rig, async (load) => {
    await slot?.stop()
    load.ease()
    await slot?.start()
  })
}
