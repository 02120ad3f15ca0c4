import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { kyselyOver } from './kysely.ts'

function threeRows(t: TestContext) {
  const database = new DatabaseSync(':memory:')
  database.exec(
    'create table things (id integer primary key, name text not null); insert into things values (1, 1), (2, 2), (3, 3)',
  )
  const db = kyselyOver(database)
  t.after(() => db.destroy())
  const ids = async () => {
    const { rows } = await sql<{ id: number }>`select * from things order by id`.execute(db)
    return rows.map(({ id }) => id)
  }
  return { database, db, ids }
}

test('the same text gives what stands in the database each time, with each time’s parameters', async (t) => {
  const { db, ids } = threeRows(t)
  const named = async (id: number) =>
    (await sql<{ name: string }>`select name from things where id = ${id}`.execute(db)).rows
  assert.deepEqual([await named(1), await named(3), await named(4)].flat().map(Object.values), [['1'], ['3']])
  assert.deepEqual(await ids(), [1, 2, 3])
  await sql`delete from things where id = ${2}`.execute(db)
  assert.deepEqual(await ids(), [1, 3])
})

test('who leaves in the middle of rows leaves nothing behind for who runs the same text', async (t) => {
  const { db } = threeRows(t)
  const things = db.selectFrom(sql<{ id: number }>`things`.as('t')).select('id').orderBy('id')
  for await (const { id } of things.stream()) {
    assert.equal(id, 1)
    break
  }
  assert.deepEqual(
    await things.execute(),
    [{ id: 1 }, { id: 2 }, { id: 3 }].map((row) => Object.assign(Object.create(null), row)),
  )
})

test('a statement that was refused holds nothing open, and can be run again', async (t) => {
  const { database, db, ids } = threeRows(t)
  const add = (id: number, name: string | null) => sql`insert into things values (${id}, ${name})`.execute(db)
  await assert.rejects(add(1, 'again'), { code: 'ERR_SQLITE_ERROR' })
  await assert.rejects(add(4, null), { code: 'ERR_SQLITE_ERROR' })
  assert.equal(database.isTransaction, false)
  await add(4, 'four')
  assert.deepEqual(await ids(), [1, 2, 3, 4])
})

test('a text that was run before a column was added reads the column', async (t) => {
  const { database, db } = threeRows(t)
  const all = () => sql<{ colour?: string }>`select * from things`.execute(db)
  assert.equal((await all()).rows[0]?.colour, undefined)
  database.exec("alter table things add column colour text not null default 'red'")
  assert.equal((await all()).rows[0]?.colour, 'red')
})

test('more texts than are kept are all run', async (t) => {
  const { db, ids } = threeRows(t)
  for (let i = 0; i < 700; i += 1) {
    const { rows } = await sql<{ n: number }>`select ${sql.lit(i)} as n`.execute(db)
    assert.equal(rows[0]?.n, i)
  }
  assert.deepEqual(await ids(), [1, 2, 3])
})
