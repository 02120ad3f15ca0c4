import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { box, makeWorld, spend, type World } from '../../src/store/conformance-fixture.ts'
import { assertWhole } from '../../src/store/conformance-log.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { migratePostgres, withDatabase } from '../../src/store/postgres/database.ts'
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

    test('a long record is compressed by LZ4 where the server has it, else by its own, and reads as it was signed', async () => {
      const content = { note: 'as said before, '.repeat(200) }
      const { id } = await store.decide(
        spend(world, {
          record: (_, plain) => ({ ...plain, attestation: { ...plain.attestation, content } }),
        }),
      )
      const [row] = await execute(
        url,
        `select pg_column_compression(attestation_json) as method, attestation_json,
         exists (select 1 from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) as has_lz4
         from attestations where id = '${id}'`,
      )
      assert.equal(row?.method, row?.has_lz4 === true ? 'lz4' : 'pglz')
      assert.equal(JSON.parse(String(row?.attestation_json)).note, content.note)
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

    test('a log that is in use for long keeps nobody from starting, and the months are made by the next', async () => {
      const now = await store.now()
      const [, , , last = 0] = monthsFrom(now, 4)
      await execute(url, `drop table ${nameOf(last)}`)
      await db.transaction().execute(async (reading) => {
        await reading.selectFrom('attestations').select('id').limit(1).execute()
        assert.deepEqual(await migratePostgres(url), [])
        assert.ok(!(await partitions()).includes(nameOf(last)))
      })
      assert.deepEqual(await makePartitions(db, now), [nameOf(last)])
    })

    test('a place in a chain and a passport’s number are taken once over all months, whatever is written into', async () => {
      const [first] = await execute(
        url,
        `select * from attestations where workspace_id = '${world.workspace_id}' and chain_index = 1`,
      )
      const year = 2061
      const fresh = {
        ...first,
        created_at: Date.UTC(year, 3, 3),
        chain_id: 'gate_elsewhere',
        id: 'enf_fresh',
        sequence_key: 'pp_fresh',
      }
      const taken = [
        { ...fresh, chain_id: first?.chain_id },
        { ...fresh, sequence_key: first?.sequence_key },
      ]
      for (const table of ['attestations', `attestations_${year}_04`]) {
        for (const row of taken) {
          // Wherever it stands among rows of one statement whose places are free.
          const free = { ...row, chain_index: 10_000, sequence_number: 10_000, id: 'enf_free' }
          for (const rows of [[row], [free, row], [row, free]]) {
            await assert.rejects(insertRows(url, table, rows), /duplicate key: .* is taken/)
          }
        }
      }
    })

    test('a place, an id and a number are taken once in a month, whatever counts them', async () => {
      const year = 2071
      const fresh = { created_at: Date.UTC(year, 11, 3), workspace_id: world.workspace_id }
      const record = (at: number, id: string) =>
        insertRecord('attestations', {
          ...fresh,
          chain_id: 'gate_new',
          chain_index: at,
          id,
          sequence_key: `pp_${at}`,
        })
      await record(1, 'enf_one')
      await assert.rejects(record(1, 'enf_two'), /duplicate key/)
      await assert.rejects(record(2, 'enf_one'), /duplicate key/)
      await assert.rejects(
        insertRecord(`attestations_${year}_12`, {
          ...fresh,
          chain_id: 'gate_newer',
          chain_index: 1,
          id: 'enf_three',
          sequence_key: 'pp_1',
        }),
        /duplicate key/,
      )
      await record(2, 'enf_two')
    })

    test('the head of a chain and the number of a passport only go forward, and no head goes away', async () => {
      for (const [change, refusal] of [
        [
          `update chains set head_index = head_index - 1 where chain_id = '${world.chain_id}'`,
          /goes forward/,
        ],
        ['update counters set sequence_number = sequence_number - 1', /goes forward/],
        [`delete from chains where chain_id = '${world.chain_id}'`, /immutable/],
        ['truncate chains', /immutable/],
      ] as const) {
        await assert.rejects(execute(url, change), refusal, change)
      }
    })

    /** A copy of the first record but for these columns. */
    async function insertRecord(table: string, columns: object): Promise<void> {
      const [first] = await execute(url, 'select * from attestations where chain_index = 1 limit 1')
      await insertRows(url, table, [{ ...first, ...columns }])
    }

    test('a database of an older release keeps its log, and its months and the next ones are guarded', async (t) => {
      const older = await server.createDatabase()
      t.after(() => server.dropDatabase(older))
      const month = await copyToOlder(url, older)
      const upgraded = await openPostgresStore(older, { signer: new Signer(box) })
      t.after(() => upgraded.close())
      await assertWhole(upgraded, world.chain_id)
      await upgraded.decide(spend(world))
      await assertWhole(upgraded, world.chain_id)
      const [first] = await execute(
        older,
        `select * from attestations where chain_id = '${world.chain_id}' and chain_index = 1`,
      )
      for (const [table, created_at] of [
        ['attestations', month.time],
        [month.table, month.time],
        ['attestations_default', 0],
      ] as const) {
        await assert.rejects(execute(older, `truncate ${table}`), /immutable/, table)
        const again = { ...first, id: 'enf_fresh', created_at }
        await assert.rejects(insertRows(older, table, [again]), /duplicate key/, table)
      }
      const [left] = await execute(older, "select to_regclass('attestation_keys') as keys")
      assert.equal(left?.keys, null)
    })

    test('no partition can be changed, emptied or robbed', async () => {
      const tables = ['attestations', ...(await partitions())]
      assert.ok(tables.length > 10)
      const { count } = await store.read
        .selectFrom('attestations')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      for (const table of tables) {
        await assert.rejects(execute(url, `truncate ${table}`), /immutable/, `${table} was emptied`)
      }
      for (const table of ['attestations', nameOf(await store.now()), 'attestations_default']) {
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

function nameOf(time: number): string {
  return `attestations_${new Date(time).toISOString().slice(0, 7).replace('-', '_')}`
}

async function insertRows(url: string, table: string, rows: readonly object[]): Promise<void> {
  const json = JSON.stringify(rows).replaceAll("'", "''")
  await execute(url, `insert into ${table} select * from json_populate_recordset(null::${table}, '${json}')`)
}

/**
 * Copies all rows into a new database as the last release left one that kept places in a table of their own.
 * @returns the month that it has a partition of
 */
async function copyToOlder(from: string, to: string): Promise<{ table: string; time: number }> {
  await withDatabase(to, async (db) => {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations('postgres') } })
    const { error } = await migrator.migrateTo('0011-counter-pages')
    assert.ifError(error)
  })
  const [month] = await execute(from, 'select max(created_at) as latest from attestations')
  assert.ok(month)
  const start = new Date(Number(month.latest))
  const table = nameOf(start.getTime())
  await execute(
    to,
    `create table ${table} (like attestations including defaults including constraints);
     alter table attestations attach partition ${table} for values
     from (${Date.UTC(start.getUTCFullYear(), start.getUTCMonth())}) to (${Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1)});
     create trigger ${table}_keep_keys after insert on ${table} referencing new table as added
       for each statement execute function modei_keep_attestation_keys();
     create trigger ${table}_refuse_truncate before truncate on ${table}
       for each statement execute function modei_refuse_change()`,
  )
  for (const name of [
    'workspaces',
    'api_keys',
    'signing_keys',
    'gates',
    'issuers',
    'passports',
    'chains',
    'counters',
    'attestations',
  ]) {
    await insertRows(to, name, await execute(from, `select * from ${name}`))
  }
  return { table, time: start.getTime() }
}
