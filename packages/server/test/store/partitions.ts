import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Kysely } from 'kysely'
import { box, makeWorld, spend, type World } from '../../src/store/conformance-fixture.ts'
import { assertWhole } from '../../src/store/conformance-log.ts'
import { makePartitions } from '../../src/store/postgres/partitions.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { Database } from '../../src/store/schema.ts'
import { Signer } from '../../src/store/signer.ts'
import type { Store } from '../../src/store/store.ts'
import { execute, type PostgresServer } from './postgres-server.ts'

/** The log's partitions, which only PostgreSQL has. */
export function describePartitions(server: PostgresServer): void {
  describe('months of the log', () => {
    let url: string
    let store: Store
    let db: Kysely<Database>
    let world: World

    before(async () => {
      url = await server.createDatabase()
      store = await openPostgresStore(url, { signer: new Signer(box) })
      db = store.read
      world = await makeWorld(store)
      await store.decide(spend(world))
    })
    after(async () => {
      await store.close()
      await server.dropDatabase(url)
    })

    async function partitions(): Promise<string[]> {
      const rows = await execute(
        url,
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'attestations'::regclass order by 1`,
      )
      return rows.map(({ name }) => String(name))
    }

    function nameOf(time: number): string {
      return `attestations_${new Date(time).toISOString().slice(0, 7).replace('-', '_')}`
    }

    function monthsFrom(time: number, count: number): number[] {
      const date = new Date(time)
      return Array.from({ length: count }, (_, i) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + i))
    }

    async function partitionOf(id: string): Promise<unknown> {
      const [row] = await execute(
        url,
        `select tableoid::regclass::text as name from attestations where id = '${id}'`,
      )
      return row?.name
    }

    /** The database's clock cannot be set, but a passport's last decision can: time never goes before it. */
    async function decideAt(time: number) {
      await store.write((tx) =>
        tx
          .updateTable('counters')
          .set({ last_decision_at: time })
          .where('workspace_id', '=', world.workspace_id)
          .execute(),
      )
      return store.decide(spend(world))
    }

    test('an opened store has this month and three more, and a record lies in its month', async () => {
      const now = await store.now()
      const expected = monthsFrom(now, 4).map(nameOf)
      for (const name of expected) assert.ok((await partitions()).includes(name), `${name} is missing`)
      const { id, created_at } = await store.decide(spend(world))
      assert.equal(await partitionOf(id), nameOf(created_at))
    })

    test('a decision in a month without a partition goes through, and its chain stays whole', async () => {
      const { id } = await decideAt(Date.UTC(2061, 4, 17))
      assert.equal(await partitionOf(id), 'attestations_default')
      await assertWhole(store, world.chain_id)
    })

    test('a month that has records in the default partition keeps them, the months around it are made', async () => {
      const time = Date.UTC(2061, 3, 2)
      const made = await makePartitions(db, time)
      assert.deepEqual(made, ['attestations_2061_04', 'attestations_2061_06', 'attestations_2061_07'])
      assert.deepEqual(await makePartitions(db, time), [])
      const { id } = await decideAt(Date.UTC(2061, 5, 30, 23, 59, 59, 999))
      assert.equal(await partitionOf(id), 'attestations_2061_06')
      const next = await decideAt(Date.UTC(2061, 6, 1))
      assert.equal(await partitionOf(next.id), 'attestations_2061_07')
      await assertWhole(store, world.chain_id)
    })

    test('many processes that make the same months make each once', async () => {
      const time = Date.UTC(2071, 10, 15)
      const made = await Promise.all(Array.from({ length: 6 }, () => makePartitions(db, time)))
      assert.deepEqual(made.flat().sort(), [
        'attestations_2071_11',
        'attestations_2071_12',
        'attestations_2072_01',
        'attestations_2072_02',
      ])
    })

    test('a place in a chain, an id and a passport’s number are taken once over all months, whatever is written into', async () => {
      const [first] = await execute(
        url,
        `select * from attestations where workspace_id = '${world.workspace_id}' and chain_index = 1`,
      )
      const year = 2061
      const later = Date.UTC(year, 3, 3)
      const fresh = {
        ...first,
        created_at: later,
        chain_id: 'gate_elsewhere',
        id: 'enf_fresh',
        sequence_key: 'pp_fresh',
      }
      const taken = [
        { ...fresh, chain_id: first?.chain_id },
        { ...fresh, id: first?.id },
        { ...fresh, sequence_key: first?.sequence_key },
      ]
      for (const table of ['attestations', `attestations_${year}_04`]) {
        for (const row of taken) await assert.rejects(insert(table, row), /duplicate key/)
      }
      await insert(`attestations_${year}_04`, fresh)
      await assert.rejects(
        insert('attestations', { ...fresh, created_at: Date.UTC(year, 4, 1) }),
        /duplicate key/,
      )
    })

    async function insert(table: string, row: object): Promise<void> {
      const json = JSON.stringify(row).replaceAll("'", "''")
      await execute(
        url,
        `insert into ${table} select * from json_populate_record(null::attestations, '${json}')`,
      )
    }

    test('no partition can be changed, emptied or robbed, nor can the keys of all of them', async () => {
      const tables = ['attestations', 'attestation_keys', ...(await partitions())]
      assert.ok(tables.length > 10)
      const { count } = await store.read
        .selectFrom('attestations')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      for (const table of tables) {
        await assert.rejects(execute(url, `truncate ${table}`), /immutable/, `${table} was emptied`)
      }
      for (const table of [
        'attestations',
        'attestation_keys',
        nameOf(await store.now()),
        'attestations_default',
      ]) {
        await assert.rejects(execute(url, `delete from ${table}`), /immutable/, `${table} lost rows`)
        await assert.rejects(execute(url, `update ${table} set id = id`), /immutable/, `${table} was changed`)
      }
      const { count: left } = await store.read
        .selectFrom('attestations')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      assert.equal(left, count)
    })
  })
}
