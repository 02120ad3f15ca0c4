import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type DatabaseUnderTest,
  endings,
  keyRow,
  makeWorld,
  openStore,
  spend,
  times,
} from './conformance-fixture.ts'
import { group } from './conformance-group.ts'
import { assertWhole } from './conformance-log.ts'

export function describeChanges(create: () => Promise<DatabaseUnderTest>): void {
  group('changes', create, (opened) => {
    test('a revocation holds on the very next decision, in every process and under load', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      let revoked = false
      const late: string[] = []
      const worker = async (index: number) => {
        for (const round of times(30, (i) => i)) {
          const afterwards = revoked
          const answer = await ((index + round) % 2 === 0 ? store : other).decide(
            spend(world, { cost_cents: 1 }),
          )
          if (afterwards) late.push(answer.reason ?? 'permitted')
        }
      }
      const workers = times(10, worker)
      await Promise.all(times(3, () => store.decide(spend(world, { cost_cents: 1 }))))
      await store.write((tx, now) =>
        tx.updateTable('passports').set({ revoked_at: now }).where('id', '=', world.passport_id).execute(),
      )
      revoked = true
      const next = await other.decide(spend(world))
      await Promise.all(workers)
      assert.equal(next.reason, 'passport_revoked')
      assert.ok(late.length > 0)
      assert.deepEqual([...new Set(late)], ['passport_revoked'])
    })

    test('constraints, supervision, issuers and self-signed revocations are read with each decision', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const issuer_id = `iss_${world.workspace_id}`
      const revocation_key = `${world.passport_id}#key`
      const seen: unknown[] = []
      const look = () =>
        other.decide(
          spend(world, {
            issuer_ids: [issuer_id],
            revocation_keys: [revocation_key],
            check(facts) {
              seen.push([
                facts.passport(world.passport_id)?.constraint_version,
                facts.workspace().supervised_at,
                facts.issuer(issuer_id)?.revoked_at,
                facts.revokedAt(revocation_key),
                facts.gate(world.chain_id)?.current_catalog_version,
              ])
              return null
            },
          }),
        )
      await look()
      await store.write(async (tx) => {
        await tx
          .updateTable('passports')
          .set({ constraint_version: 4 })
          .where('id', '=', world.passport_id)
          .execute()
        await tx
          .updateTable('workspaces')
          .set({ supervised_at: 5 })
          .where('id', '=', world.workspace_id)
          .execute()
        await tx
          .insertInto('issuers')
          .values({
            id: issuer_id,
            workspace_id: world.workspace_id,
            name: 'issuer',
            domain: null,
            description: null,
            external_public_key: null,
            compromised_keys: '[]',
            created_at: 1,
            revoked_at: 6,
          })
          .execute()
        await tx.insertInto('revocations').values({ revocation_key, revoked_at: 7 }).execute()
        await tx
          .updateTable('gates')
          .set({ current_catalog_version: 8 })
          .where('id', '=', world.chain_id)
          .execute()
      })
      await look()
      assert.deepEqual(seen.at(0), [0, null, undefined, undefined, 0])
      assert.deepEqual(seen.at(-1), [4, 5, 6, 7, 8])
    })

    test('after a rotation the new key signs, and the chain verifies over both', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const before = await other.decide(spend(world))
      const fresh = await store.write(async (tx, now) => {
        await tx
          .updateTable('signing_keys')
          .set({ status: 'retired', sealed_seed: null, retired_at: now })
          .where('owner_id', '=', world.chain_id)
          .execute()
        const row = keyRow(world.workspace_id, world.chain_id, now)
        await tx.insertInto('signing_keys').values(row).execute()
        return row.id
      })
      const after = await other.decide(spend(world))
      assert.notEqual(before.signing_key_id, fresh)
      assert.equal(after.signing_key_id, fresh)
      await assertWhole(store, world.chain_id)
    })

    test('a removed API key is known as removed to the very next look-up', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const hash = `hash of ${world.workspace_id}`
      assert.equal(await other.findApiKey(hash), undefined)
      await store.write((tx, now) =>
        tx
          .insertInto('api_keys')
          .values({
            id: `key_${world.workspace_id}`,
            workspace_id: world.workspace_id,
            name: 'key',
            hash,
            prefix: 'mod_test_',
            scopes: '["admin:*"]',
            api_version: null,
            created_at: now,
            expires_at: null,
            revoked_at: null,
            last_used_at: null,
          })
          .execute(),
      )
      const found = await other.findApiKey(hash)
      assert.deepEqual(
        [found?.mode, found?.revoked_at, found?.workspace_id],
        ['test', null, world.workspace_id],
      )
      await store.write((tx, now) =>
        tx.updateTable('api_keys').set({ revoked_at: now }).where('hash', '=', hash).execute(),
      )
      assert.equal(typeof (await other.findApiKey(hash))?.revoked_at, 'number')
    })

    test('a gate is known as changed to the very next look-up, and one that is not there is not remembered', async () => {
      const { store, other } = opened()
      const { chain_id: id, workspace_id } = await makeWorld(store)
      assert.equal(await other.findGate(`${id}-later`), undefined)
      const found = await other.findGate(id)
      assert.deepEqual([found?.id, found?.workspace_id, found?.deleted_at], [id, workspace_id, null])
      await store.write(async (tx, now) => {
        const row = await tx.selectFrom('gates').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
        await tx.updateTable('gates').set({ deleted_at: now }).where('id', '=', id).execute()
        await tx
          .insertInto('gates')
          .values({ ...row, id: `${id}-later` })
          .execute()
      })
      assert.equal(typeof (await other.findGate(id))?.deleted_at, 'number')
      assert.deepEqual({ ...(await other.findGate(`${id}-later`)) }, { ...found, id: `${id}-later` })
    })

    test('what a write read still holds when it commits, from however many processes', async () => {
      const { store, other } = opened()
      const key = 'a count that many write'
      await store.write((tx) => tx.insertInto('meta').values({ key, value: '0' }).execute())
      await Promise.all(
        times(30, (i) =>
          (i % 2 === 0 ? store : other).write(async (tx) => {
            const { value } = await tx
              .selectFrom('meta')
              .select('value')
              .where('key', '=', key)
              .executeTakeFirstOrThrow()
            const next = String(Number(value) + 1)
            await tx.updateTable('meta').set({ value: next }).where('key', '=', key).execute()
          }),
        ),
      )
      const { value } = await store.read
        .selectFrom('meta')
        .select('value')
        .where('key', '=', key)
        .executeTakeFirstOrThrow()
      assert.equal(value, '30')
    })

    test('of many writes that make a thing unless it is there, one makes it and the others see it', async () => {
      const { store, other } = opened()
      const key = 'a thing that many make'
      const made = await Promise.all(
        times(16, (i) =>
          (i % 2 === 0 ? store : other).write(async (tx) => {
            const found = await tx.selectFrom('meta').select('key').where('key', '=', key).executeTakeFirst()
            if (found !== undefined) return false
            await tx
              .insertInto('meta')
              .values({ key, value: String(i) })
              .execute()
            return true
          }),
        ),
      )
      assert.equal(made.filter(Boolean).length, 1)
    })

    test('a write that throws leaves nothing behind and passes its error on', async () => {
      const { store } = opened()
      const { errors } = await endings([
        store.write(async (tx) => {
          await tx.insertInto('meta').values({ key: 'half', value: '' }).execute()
          throw new Error('changed my mind')
        }),
      ])
      assert.deepEqual(errors.map(String), ['Error: changed my mind'])
      const row = await store.read
        .selectFrom('meta')
        .select('key')
        .where('key', '=', 'half')
        .executeTakeFirst()
      assert.equal(row, undefined)
    })

    test('whole numbers come back as they went in, to the largest safe one', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const largest = Number.MAX_SAFE_INTEGER
      await store.write((tx) =>
        tx
          .updateTable('workspaces')
          .set({ supervised_at: largest })
          .where('id', '=', world.workspace_id)
          .execute(),
      )
      const row = await store.read
        .selectFrom('workspaces')
        .select('supervised_at')
        .where('id', '=', world.workspace_id)
        .executeTakeFirst()
      assert.equal(row?.supervised_at, largest)
      await store.decide(spend(world, { cost_cents: largest }))
      const [logged] = await store.read
        .selectFrom('attestations')
        .select('cost_cents')
        .where('chain_id', '=', world.chain_id)
        .execute()
      assert.equal(logged?.cost_cents, largest)
    })

    test('several processes may open a new database at once', async () => {
      const database = await create()
      const stores = await Promise.all(times(database.shared ? 4 : 1, () => openStore(database)))
      const [first] = stores
      const last = stores.at(-1)
      assert.ok(first !== undefined && last !== undefined)
      const world = await makeWorld(first)
      assert.equal((await last.decide(spend(world))).chain_index, 1)
      await Promise.all(stores.map((store) => store.close()))
      await database.remove()
    })
  })
}
