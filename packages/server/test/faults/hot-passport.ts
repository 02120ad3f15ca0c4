import { faultRound, type RoundFigures } from './fault-round.ts'
import type { Rig } from './rig.ts'
import { openHotSubject } from './subjects.ts'

/** All load on one passport of all servers: its budget is spent to the cent and no further. */
export function hotPassport(rig: Rig): Promise<RoundFigures> {
  return faultRound(rig, async () => undefined, { before: 50, after: 50, open: openHotSubject })
}
