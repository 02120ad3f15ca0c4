import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ModeiProblem } from '@modei/protocol'
import { sql } from 'kysely'
import { openConnection } from '../../src/store/sqlite/connection.ts'
import { scansOf } from '../../src/store/sqlite/scans.ts'

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'modei-scans-'))
  const file = join(directory, 'modei.db')
  const db = openConnection(file)
  db.exec('create table t (a integer primary key, b text)')
  const scans = scansOf(file)
  t.after(async () => {
    await scans.destroy()
    db.close()
    rmSync(directory, { recursive: true, force: true })
  })
  return { db, scans }
}

test('more scans than may wait are refused with 503 and when to come back, and the others are answered', async (t) => {
  const { scans } = open(t)
  const all = await Promise.allSettled(
    Array.from({ length: 150 }, (_, i) => sql<{ i: number }>`select ${i} as i`.execute(scans)),
  )
  const answered = all.flatMap((one) => (one.status === 'fulfilled' ? one.value.rows : []))
  assert.deepEqual(
    answered.map(({ i }) => i),
    Array.from({ length: 100 }, (_, i) => i),
  )
  for (const { reason } of all.filter((one) => one.status === 'rejected')) {
    assert.ok(reason instanceof ModeiProblem)
    assert.deepEqual([reason.code, reason.retryAfter], ['unavailable', 1])
  }
  assert.equal((await sql<{ i: number }>`select 1 as i`.execute(scans)).rows.length, 1)
})

test('a scan writes nothing, opens no transaction, and one that fails leaves the next alone', async (t) => {
  const { db, scans } = open(t)
  await assert.rejects(sql`insert into t (b) values ('x')`.execute(scans), /readonly/)
  await assert.rejects(sql`select * from nowhere`.execute(scans), /no such table/)
  await assert.rejects(scans.transaction().execute(async (tx) => sql`select 1`.execute(tx)))
  db.exec("insert into t (b) values ('y')")
  assert.deepEqual((await sql<{ b: string }>`select b from t`.execute(scans)).rows, [{ b: 'y' }])
})
