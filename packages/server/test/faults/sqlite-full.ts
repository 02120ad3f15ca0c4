import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { faultRound, type RoundFigures } from './fault-round.ts'
import { assertComeBack } from './keyed-load.ts'
import type { LocalRig } from './sqlite-rig.ts'

/** The embedded database may not grow any further, until something else in it makes room. */
export function sqliteFull(rig: LocalRig): Promise<RoundFigures> {
  const { store } = rig.app.services
  return faultRound(rig, async (load) => {
    await store.write((tx) => sql`create table ballast (data blob)`.execute(tx))
    for (const bytes of [1_000_000, 100_000, 4_000, 4_000]) await fill(bytes)
    await load.refusals(30)
    const gate = await fetch(`${rig.servers[0]}/api/gates`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'n'.repeat(200), gate_id: 'gate_no-room', description: 'd'.repeat(2000) }),
    })
    assertComeBack({ status: gate.status, headers: gate.headers, text: await gate.text() })
    await store.write((tx) => sql`drop table ballast`.execute(tx))
  })

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
