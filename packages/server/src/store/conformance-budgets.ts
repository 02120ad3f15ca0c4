import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCounters } from '@modei/core'
import {
  type DatabaseUnderTest,
  makeGate,
  makeWorld,
  passportRow,
  spend,
  times,
} from './conformance-fixture.ts'
import { group } from './conformance-group.ts'
import { assertWhole } from './conformance-log.ts'
import { readPassportLine } from './passport-line.ts'
import type { Store } from './store.ts'

async function counterOf(store: Store, workspaceId: string, key: string) {
  const row = await store.read
    .selectFrom('counters')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('counter_key', '=', key)
    .executeTakeFirstOrThrow()
  return { row, total: row.state === null ? null : parseCounters(row.state).windows.total }
}

export function describeBudgets(create: () => Promise<DatabaseUnderTest>): void {
  group('budgets', create, (opened) => {
    test('200 parallel requests of 100 cents on 1,000 cents permit exactly 10, from however many processes', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const answers = await Promise.all(
        times(200, (i) => (i % 2 === 0 ? store : other).decide(spend(world, { budget_cents: 1000 }))),
      )
      assert.equal(answers.filter(({ decision }) => decision === 'allow').length, 10)
      assert.equal(answers.filter(({ reason }) => reason === 'over_limit').length, 190)
      await assertWhole(store, world.chain_id)
    })

    test('a budget that several gates share is exact, and so is a limit on the number of permits', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const gates = [world.chain_id, await makeGate(store, world), await makeGate(store, world)]
      const answers = await Promise.all(
        times(120, (i) => {
          const chain_id = gates[i % gates.length] ?? world.chain_id
          return (i % 2 === 0 ? store : other).decide(
            spend(world, { chain_id, gate_id: chain_id, max_permits: 7 }),
          )
        }),
      )
      assert.equal(answers.filter(({ decision }) => decision === 'allow').length, 7)
      for (const gate of gates) await assertWhole(store, gate)
    })

    test('children never outspend their parent, whatever gate and process each of them uses, wave after wave', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const chains = await Promise.all(times(4, () => makeGate(store, world)))
      const child = (i: number) => {
        const chain_id = chains[i % chains.length] ?? world.chain_id
        const key = `${world.passport_id}-child-${i % 8}`
        return (i % 2 === 0 ? store : other).decide(
          spend(world, {
            chain_id,
            gate_id: chain_id,
            sequence_key: key,
            counter_keys: [key, world.passport_id],
            budget_cents: 6000,
          }),
        )
      }
      // From the second wave on, the parent's counter is all that the processes have in common.
      const answers = await Promise.all(
        times(8, async (worker) => {
          const own = []
          for (const round of times(20, (i) => i)) own.push(await child(worker + 8 * round))
          return own
        }),
      )
      assert.equal(answers.flat().filter(({ decision }) => decision === 'allow').length, 60)
      const { total } = await counterOf(store, world.workspace_id, world.passport_id)
      assert.equal(total?.cents, 6000)
    })

    test('counters that are named in any order by many processes never lock each other out', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const chains = await Promise.all(times(5, () => makeGate(store, world)))
      const keys = times(6, (i) => `${world.passport_id}-${i}`)
      const answers = await Promise.all(
        times(200, (i) => {
          const chain_id = chains[(i * 7) % chains.length] ?? world.chain_id
          const shuffled = i % 2 === 0 ? keys : keys.toReversed()
          const counter_keys = [...shuffled.slice(i % 6), ...shuffled.slice(0, i % 6)]
          return (i % 3 === 0 ? other : store).decide(
            spend(world, { chain_id, gate_id: chain_id, counter_keys, cost_cents: 1 }),
          )
        }),
      )
      assert.equal(answers.length, 200)
      for (const key of keys) {
        assert.equal((await counterOf(store, world.workspace_id, key)).total?.cents, 200)
      }
    })

    test('counters equal the log', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      await Promise.all(
        times(150, (i) =>
          (i % 2 === 0 ? store : other).decide(
            spend(world, { cost_cents: (i * 37) % 90, budget_cents: 2000 }),
          ),
        ),
      )
      const log = await store.read
        .selectFrom('attestations')
        .selectAll()
        .where('workspace_id', '=', world.workspace_id)
        .execute()
      const permits = log.filter(({ counter_key }) => counter_key === world.passport_id)
      const { row, total } = await counterOf(store, world.workspace_id, world.passport_id)
      assert.ok(permits.length > 0 && permits.length < 150)
      assert.equal(total?.permits, permits.length)
      assert.equal(
        total?.cents,
        permits.reduce((sum, { cost_cents }) => sum + cost_cents, 0),
      )
      assert.equal(row.sequence_number, 150)
      assert.equal(row.last_attestation_id, log.find(({ sequence_number }) => sequence_number === 150)?.id)
    })

    test('past permits of a counter are those of all its passports and of what descendants charged to it', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const heir = { ...world, passport_id: `${world.passport_id}-reissued` }
      await store.write((tx, now) =>
        tx
          .insertInto('passports')
          .values({ ...passportRow(heir, now), counter_key: world.passport_id })
          .execute(),
      )
      await store.decide(spend(world, { cost_cents: 1 }))
      await store.decide(spend(heir, { cost_cents: 2, counter_keys: [world.passport_id] }))
      const child = `${world.passport_id}-child`
      await store.decide(
        spend(world, { cost_cents: 4, sequence_key: child, counter_keys: [child, world.passport_id] }),
      )
      await store.decide(spend(world, { cost_cents: 8, budget_cents: 1 }))
      const seen: number[][] = []
      await store.decide(
        spend(world, {
          record(facts, plain) {
            const past = facts.pastPermits(world.passport_id)
            if (past === undefined) return { need: 'permits', counter_key: world.passport_id, since: 0 }
            seen.push(past.map(({ cost_cents }) => cost_cents).sort((a, b) => a - b))
            return plain
          },
        }),
      )
      assert.deepEqual(seen, [[1, 2, 4]])
    })

    test('past permits include those of a successor that another workspace issued', async () => {
      const { store } = opened()
      const [world, issuer] = [await makeWorld(store), await makeWorld(store)]
      const first = issuer.passport_id
      const heir = { ...issuer, passport_id: `${first}-reissued` }
      await store.write((tx, now) =>
        tx
          .insertInto('passports')
          .values({ ...passportRow(heir, now), counter_key: first })
          .execute(),
      )
      const used = { counter_keys: [first], sequence_key: first }
      await store.decide(spend(world, { ...used, cost_cents: 1 }))
      await store.decide(spend(world, { ...used, sequence_key: heir.passport_id, cost_cents: 2 }))
      const seen: number[][] = []
      await store.decide(
        spend(world, {
          ...used,
          record(facts, plain) {
            const past = facts.pastPermits(first)
            if (past === undefined) return { need: 'permits', counter_key: first, since: 0 }
            seen.push(past.map(({ cost_cents }) => cost_cents).sort((a, b) => a - b))
            return plain
          },
        }),
      )
      assert.deepEqual(seen, [[1, 2]])
      assert.deepEqual((await readPassportLine(store.read, first)).sort(), [first, heir.passport_id])
    })

    test('a clock that was set back neither reorders a passport nor takes its records apart', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const first = await store.decide(spend(world))
      const ahead = first.created_at + 3_600_000
      await store.write((tx) =>
        tx
          .updateTable('counters')
          .set({ last_decision_at: ahead })
          .where('workspace_id', '=', world.workspace_id)
          .execute(),
      )
      const next = [await store.decide(spend(world)), await other.decide(spend(world))]
      assert.deepEqual(
        next.map(({ created_at }) => created_at),
        [ahead, ahead],
      )
      await assertWhole(store, world.chain_id)
    })
  })
}
