import { faultRound, type RoundFigures } from './fault-round.ts'
import type { ProcessRig } from './sqlite-rig.ts'

/** `kill -9` of each server in turn, in the middle of a load, and a start of it. */
export function killServer(rig: ProcessRig, round: number): Promise<RoundFigures> {
  const slot = rig.slots[round % rig.slots.length]
  // Killed while young, warm and busy: early rounds hit the first flushes, later ones a full queue.
  return faultRound(
    rig,
    async (load) => {
      await slot?.kill()
      load.ease()
      await slot?.start()
    },
    { after: 20, before: 30 * (1 + (round % 5)) },
  )
}
