import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '@modei/protocol/crypto/chain'
import { sql } from 'kysely'
import {
  type DatabaseUnderTest,
  endings,
  makeGate,
  makeWorld,
  openStore,
  spend,
  times,
  type World,
} from './conformance-fixture.ts'
import { group } from './conformance-group.ts'
import type { Row, Store } from './store.ts'

/** The records of a chain in order. */
export function logOf(store: Store, chainId: string): Promise<Row<'attestations'>[]> {
  return store.read
    .selectFrom('attestations')
    .selectAll()
    .where('chain_id', '=', chainId)
    .orderBy('chain_index')
    .execute()
}

/** Verifies a chain from its first record to the head that the store keeps. */
export async function assertWhole(store: Store, chainId: string): Promise<void> {
  const keys = await store.read
    .selectFrom('signing_keys')
    .select(['id', 'public_key'])
    .where('owner_id', '=', chainId)
    .execute()
  const head = await store.read
    .selectFrom('chains')
    .selectAll()
    .where('chain_id', '=', chainId)
    .executeTakeFirst()
  const verdict = verifyChain(await logOf(store, chainId), {
    findPublicKey: (id) => keys.find((key) => key.id === id)?.public_key,
    checkpoint:
      head === undefined || head.head_hash === null
        ? undefined
        : { chain_index: head.head_index, chain_hash: head.head_hash },
  })
  assert.deepEqual(verdict.ok ? '' : `${verdict.reason} at ${verdict.at}`, '')
  assert.equal(verdict.ok ? (verdict.head?.chain_index ?? 0) : -1, head?.head_index ?? 0)
}

export function describeLog(create: () => Promise<DatabaseUnderTest>): void {
  group('the log', create, (opened) => {
    test('chain indexes and sequence numbers have no gaps under concurrency, over chains and processes', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const second = await makeGate(store, world)
      const jobs = times(300, (i) =>
        (i % 2 === 0 ? store : other).decide(
          spend(world, i % 3 === 0 ? { chain_id: second, gate_id: second } : {}),
        ),
      )
      const answers = await Promise.all(jobs)
      for (const chainId of [world.chain_id, second]) {
        await assertWhole(store, chainId)
        const log = await logOf(store, chainId)
        assert.deepEqual(
          log.map(({ chain_index }) => chain_index),
          times(log.length, (i) => i + 1),
        )
      }
      assert.deepEqual(
        answers.map(({ sequence_number }) => sequence_number).sort((a, b) => a - b),
        times(300, (i) => i + 1),
      )
    })

    test('a chain that many processes write wave after wave refuses none of them and has no gaps', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      await Promise.all(
        times(10, async (worker) => {
          for (const _round of times(15, (i) => i))
            await (worker % 2 === 0 ? store : other).decide(spend(world))
        }),
      )
      assert.equal((await logOf(store, world.chain_id)).length, 150)
      await assertWhole(store, world.chain_id)
    })

    test('what was answered is in the log, word for word', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const answer = await store.decide(spend(world, { cost_cents: 250 }))
      const [row] = await logOf(store, world.chain_id)
      assert.equal(row?.id, answer.id)
      assert.equal(row?.sequence_key, world.passport_id)
      const signed: Record<string, unknown> = JSON.parse(row?.attestation_json ?? '')
      assert.equal(signed.cost_cents, 250)
      assert.equal(signed.previous_hash, null)
      assert.equal(new Date(answer.created_at).toISOString(), signed.created_at)
    })

    test('a decision that throws records nothing and hurts no neighbour', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const broken = () => {
        throw new Error('this request cannot be decided')
      }
      const { values, errors } = await endings(
        times(40, (i) => store.decide(spend(world, i % 4 === 0 ? { check: broken } : {}))),
      )
      assert.equal(values.length, 30)
      assert.deepEqual([...new Set(errors.map(String))], ['Error: this request cannot be decided'])
      assert.equal((await logOf(store, world.chain_id)).length, 30)
      await assertWhole(store, world.chain_id)
    })

    test('a batch in which nothing can be decided leaves no trace', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const broken = () => {
        throw new Error('no')
      }
      await endings(times(5, () => store.decide(spend(world, { check: broken }))))
      for (const table of ['chains', 'counters'] as const) {
        const rows = await store.read
          .selectFrom(table)
          .selectAll()
          .where('workspace_id', '=', world.workspace_id)
          .execute()
        assert.deepEqual(rows, [])
      }
    })

    test('a row that the database refuses fails alone', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const { id } = await store.decide(spend(world))
      const poisoned = spend(world, {
        record: (_facts, plain) => ({ ...plain, attestation: { ...plain.attestation, id } }),
      })
      const { values, errors } = await endings(
        times(31, (i) => store.decide(i === 13 ? poisoned : spend(world))),
      )
      assert.equal(values.length, 30)
      assert.equal(errors.length, 1)
      assert.equal((await logOf(store, world.chain_id)).length, 31)
      await assertWhole(store, world.chain_id)
    })

    test('a record that no verifier could read back is not signed, and hurts no neighbour', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const unreadable = [2 ** 53, -(2 ** 53), 1e300].map((number) =>
        spend(world, {
          record: (_facts, plain) => ({
            ...plain,
            attestation: { ...plain.attestation, content: { numbers: [number] } },
          }),
        }),
      )
      const { values, errors } = await endings(
        times(20, (i) => store.decide(unreadable[i - 7] ?? spend(world))),
      )
      assert.equal(values.length, 17)
      for (const error of errors)
        assert.match(String(error), /unsafe_number_in_canonical_input at numbers\.0/)
      assert.equal((await logOf(store, world.chain_id)).length, 17)
      await assertWhole(store, world.chain_id)
    })

    test('a chain without a signing key records nothing', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      await store.write((tx) =>
        tx
          .updateTable('signing_keys')
          .set({ status: 'retired', sealed_seed: null })
          .where('owner_id', '=', world.chain_id)
          .execute(),
      )
      await assert.rejects(store.decide(spend(world)), /no active signing key/)
      assert.deepEqual(await logOf(store, world.chain_id), [])
    })

    test('two passports of one id and different keys are numbered apart', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const numbers = []
      for (const key of ['a', 'b', 'a', 'b']) {
        const sequence_key = `${world.passport_id}#${key}`
        const answer = await store.decide(spend(world, { sequence_key, counter_keys: [sequence_key] }))
        numbers.push(answer.sequence_number)
      }
      assert.deepEqual(numbers, [1, 1, 2, 2])
    })

    for (const change of ['update', 'delete'] as const) {
      test(`the database itself refuses to ${change} history`, async () => {
        const { store } = opened()
        const world = await makeWorld(store)
        await fillHistory(store, world)
        for (const table of ['attestations', 'ancestor_charges', 'constraint_versions']) {
          const statement =
            change === 'update' ? `update ${table} set workspace_id = workspace_id` : `delete from ${table}`
          await assert.rejects(
            store.write((tx) => sql.raw(statement).execute(tx)),
            /immutable/,
            `${change} of ${table} went through`,
          )
        }
        assert.equal((await logOf(store, world.chain_id)).length, 1)
      })
    }

    test('a store that is opened anew goes on where the last one ended', async () => {
      const { database, store } = opened()
      if (!database.shared) return reopened(create)
      const world = await makeWorld(store)
      await store.decide(spend(world))
      const next = await openStore(database)
      assert.equal((await next.decide(spend(world))).chain_index, 2)
      await next.close()
    })
  })
}

/** For an engine of one process: closes the first store before it opens the next. */
async function reopened(create: () => Promise<DatabaseUnderTest>): Promise<void> {
  const database = await create()
  const first = await openStore(database)
  const world = await makeWorld(first)
  await first.decide(spend(world))
  await first.close()
  const next = await openStore(database)
  assert.equal((await next.decide(spend(world))).chain_index, 2)
  await next.close()
  await database.remove()
}

async function fillHistory(store: Store, world: World): Promise<void> {
  await store.decide(spend(world, { counter_keys: [world.passport_id, `${world.passport_id}-parent`] }))
  await store.write(async (tx, now) => {
    await tx
      .insertInto('constraint_versions')
      .values({
        passport_id: world.passport_id,
        workspace_id: world.workspace_id,
        version: 1,
        constraints: '{}',
        set_by: 'key_1',
        set_at: now,
      })
      .execute()
  })
}
