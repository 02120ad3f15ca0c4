import assert from 'node:assert/strict'
import { faultRound, type RoundFigures } from './fault-round.ts'
import type { ClockRig } from './rig.ts'
import type { Subjects } from './subjects.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The clock jumps: a little, over a minute's edge, over days, to the future and back to the past. */
const JUMPS = [30 * SECOND_MS, -30 * SECOND_MS, 61 * SECOND_MS, 2 * DAY_MS, -HOUR_MS, 0]

export function clockSet(rig: ClockRig): Promise<RoundFigures> {
  return faultRound(rig, async (load, subjects) => {
    const before = await latest(rig, subjects)
    for (const jump of JUMPS) {
      await rig.shiftClock(jump)
      await load.answered(20 * rig.scale)
    }
    assert.ok(
      (await latest(rig, subjects)) >= before + DAY_MS,
      'the clock that was set was not the one that counts',
    )
  })
}

async function latest(rig: ClockRig, { gates }: Subjects): Promise<number> {
  const row = await rig.read
    .selectFrom('attestations')
    .select('created_at')
    .where('chain_id', 'in', gates)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  return row.created_at
}
