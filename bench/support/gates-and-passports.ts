import type { Call } from './json-caller.ts'
import { SIX_LIMITS } from './limits.ts'

export const GATE_COUNT = 20
const PASSPORTS_PER_GATE = 10

export interface IssuedPassport {
  gate_id: string
  passport_id: string
}

/** Twenty gates with ten passports each; every passport carries limits that no load exceeds, six unless told otherwise. */
export async function issuePassports(
  call: Call,
  constraints: object = SIX_LIMITS,
): Promise<IssuedPassport[]> {
  const issued: IssuedPassport[] = []
  for (let gate = 0; gate < GATE_COUNT; gate += 1) {
    const gate_id = `gate_bench-${gate}`
    await call('POST', '/api/gates', { name: `Gate ${gate}`, gate_id })
    for (let agent = 0; agent < PASSPORTS_PER_GATE; agent += 1) {
      const passport = await call('POST', `/api/gates/${gate_id}/passports`, {
        agent_id: `agent-${agent}`,
        permissions: ['flights:search', 'flights:book'],
        constraints,
        expires_in: '1d',
      })
      issued.push({ gate_id, passport_id: String(passport.passport_id) })
    }
  }
  return issued
}

/** Records in the chains of all gates together. */
export async function countRecords(call: Call): Promise<number> {
  let records = 0
  for (let gate = 0; gate < GATE_COUNT; gate += 1) {
    const last = await call('GET', `/api/gates/gate_bench-${gate}/attestations?limit=1`)
    const [record] = Object.values(last)
    records += Number(Object(record).chain_index ?? 0)
  }
  return records
}
