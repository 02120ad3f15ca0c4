import { faultRound, type RoundFigures } from './fault-round.ts'
import { WORKERS } from './keyed-load.ts'
import type { Rig } from './rig.ts'
import type { SmallDisk } from './small-disk.ts'

/** The disk of an embedded database is full, until somebody else makes room on it. */
export function diskFull(rig: Rig, disk: SmallDisk): Promise<RoundFigures> {
  return faultRound(rig, async (load) => {
    disk.fill()
    await load.refusals(WORKERS)
    disk.free()
  })
}
