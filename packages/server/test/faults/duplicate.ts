import assert from 'node:assert/strict'
import { faultRound, type RoundFigures } from './fault-round.ts'
import { assertComeBack, enforceOnce } from './keyed-load.ts'
import type { Rig } from './rig.ts'

const KEYS = 3
const AT_ONCE = 20

/** One request sent twenty times at once, to all servers: one decision, and one answer. */
export function duplicate(rig: Rig): Promise<RoundFigures> {
  return faultRound(rig, async (load, { passports }) => {
    for (let i = 0; i < KEYS; i += 1) {
      const subject = passports[i % passports.length]
      assert.ok(subject)
      const key = `raced-${subject.passport_id}-${i}`
      const raced = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, turn) => enforceOnce(rig, turn, subject, key)),
      )
      const { text } = await load.ask(subject, key)
      for (const answer of raced) {
        assert.ok(answer)
        if (answer.status === 200) assert.equal(answer.text, text)
        else assertComeBack(answer)
      }
      assert.ok(
        raced.some((answer) => answer?.status === 200),
        'nobody won the race',
      )
      const other = await enforceOnce(rig, i, { ...subject, cost_cents: subject.cost_cents + 1 }, key)
      assert.equal(other?.status, 422, other?.text)
      assert.equal(JSON.parse(other?.text ?? '').code, 'idempotency_conflict')
    }
  })
}
