import type { Answered } from './keyed-load.ts'
import type { Rig } from './rig.ts'

/** A passport of a round, and what its requests may come to. */
export interface Subject {
  passport_id: string
  gate_id: string
  cost_cents: number
  /** Cents that all its permits may come to. */
  budget_cents?: number
  /** Cents that the permits of one day, by UTC, may come to. */
  day_cents?: number
  /** Permits in any 60 seconds. */
  per_minute?: number
}

export interface Subjects {
  gates: readonly string[]
  passports: readonly Subject[]
}

const COST = 7
const KINDS = [
  // Used up early in every round, so that one permit too many shows.
  { budget_cents: 8 * COST + 3 },
  { day_cents: 6 * COST },
  { per_minute: 5 },
  {},
] as const satisfies readonly Partial<Subject>[]

let made = 0

/** Opens two gates with passports of every kind of limit, apart from those of earlier rounds. */
export function openSubjects(rig: Rig): Promise<Subjects> {
  return open(rig, 2, KINDS)
}

/** One passport, so that every request meets every other. */
export function openHotSubject(rig: Rig): Promise<Subjects> {
  return open(rig, 1, [{ budget_cents: 60 * COST + 3 }])
}

async function open(rig: Rig, gateCount: number, kinds: readonly Partial<Subject>[]): Promise<Subjects> {
  const gates: string[] = []
  const passports: Subject[] = []
  for (let gate = 0; gate < gateCount; gate += 1) {
    made += 1
    const gate_id = `gate_round-${made}`
    await rig.post('/api/gates', { name: gate_id, gate_id })
    gates.push(gate_id)
    for (const kind of kinds) {
      const issued = await rig.post(`/api/gates/${gate_id}/passports`, {
        agent_id: 'agent',
        permissions: ['buy'],
        constraints: constraintsOf(kind),
        expires_in: '30d',
      })
      passports.push({ passport_id: String(issued.passport_id), gate_id, cost_cents: COST, ...kind })
    }
  }
  return { gates, passports }
}

function constraintsOf({ budget_cents, day_cents, per_minute }: Partial<Subject>): object {
  return {
    ...(budget_cents === undefined ? {} : { 'core:cost:max_cumulative': budget_cents }),
    ...(day_cents === undefined ? {} : { 'core:cost:max_per_day': day_cents }),
    ...(per_minute === undefined ? {} : { 'core:rate:max_per_minute': per_minute }),
  }
}

export function requestOf({ passport_id, cost_cents }: Subject): object {
  return { passport_id, action: 'buy', cost_cents }
}

export function answersOf({ passport_id }: Subject, answers: readonly Answered[]): Answered[] {
  return answers.filter((answer) => answer.passport_id === passport_id)
}
