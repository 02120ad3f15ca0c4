import assert from 'node:assert/strict'
import { checkLog } from './check-log.ts'
import { type Answered, enforceOnce, KeyedLoad } from './keyed-load.ts'
import type { Rig } from './rig.ts'
import { answersOf, openSubjects, type Subjects } from './subjects.ts'

export interface RoundFigures {
  decisions: number
  refused: number
  lost: number
}

const REPLAYS = 12

/** Does a fault in the middle of a load, then proves what the log holds and that every server serves. */
export async function faultRound(
  rig: Rig,
  fault: (load: KeyedLoad, subjects: Subjects) => Promise<void>,
  { before = 40, after = 40, open = openSubjects } = {},
): Promise<RoundFigures> {
  const subjects = await open(rig)
  const load = new KeyedLoad(rig, subjects)
  try {
    await load.answered(before * rig.scale)
    await fault(load, subjects)
    await load.answered(after * rig.scale)
  } catch (error) {
    await load.finish().catch(() => undefined)
    throw error
  }
  const answers = await load.finish()
  await rig.idle()
  await checkServing(rig, subjects, answers)
  await checkLog(rig.read, subjects, answers)
  return { decisions: answers.length, refused: load.refused, lost: load.lost }
}

/** Every server is ready, and answers a repeat with the first answer, whichever gave it. */
async function checkServing(rig: Rig, subjects: Subjects, answers: readonly Answered[]): Promise<void> {
  for (const server of rig.servers) assert.equal((await fetch(`${server}/readyz`)).status, 200)
  for (const [index, subject] of subjects.passports.entries()) {
    for (const answer of answersOf(subject, answers).slice(-Math.ceil(REPLAYS / subjects.passports.length))) {
      for (const [turn] of rig.servers.entries()) {
        const again = await enforceOnce(rig, turn + index, subject, answer.key)
        assert.equal(again?.status, 200, again?.text)
        assert.equal(again?.text, answer.text)
        assert.equal(again?.headers.get('idempotent-replayed'), 'true')
      }
    }
  }
}
