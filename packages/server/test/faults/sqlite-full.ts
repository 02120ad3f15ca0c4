import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { faultRound, type RoundFigures } from './fault-round.ts'
import { assertComeBack, WORKERS } from './keyed-load.ts'
import type { LocalRig } from './sqlite-rig.ts'

/** The embedded database may not grow any further, until something else in it makes room. */
export function sqliteFull(rig: LocalRig): Promise<RoundFigures> {
  const { store } = rig.app.services
  return faultRound(rig, async (load) => {
    await store.write((tx) => sql`create table ballast (data blob)`.execute(tx))
    try {
      for (const bytes of [1_000_000, 100_000, 4_000, 4_000]) await fill(bytes)
      await load.refusals(WORKERS)
      // What fits into half a page still goes through.
      let status = 201
      for (let gate = 0; status === 201; gate += 1) status = await openGate(gate)
    } finally {
      await store.write((tx) => sql`drop table ballast`.execute(tx))
    }
  })

  async function openGate(gate: number): Promise<number> {
    const answer = await fetch(`${rig.servers[0]}/api/gates`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'n', gate_id: `gate_full-${gate}`, description: 'd'.repeat(1000) }),
    })
    const { status, headers } = answer
    const text = await answer.text()
    if (status !== 409 && status !== 201) assertComeBack({ status, headers, text })
    return status === 409 ? 201 : status
  }

  async function fill(bytes: number): Promise<void> {
    for (let isFull = false; !isFull; ) {
      await store
        .write((tx) => sql`insert into ballast values (zeroblob(${bytes}))`.execute(tx))
        .catch((error: unknown) => {
          assert.match(String(error), /the database cannot be written/)
          isFull = true
        })
    }
  }
}
