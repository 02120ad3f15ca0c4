import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { box } from '../../src/store/conformance-fixture.ts'
import { Signer } from '../../src/store/signer.ts'
import { AUTO_CHECKPOINT_PAGES, isAtLeast, openConnection } from '../../src/store/sqlite/connection.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { endLongLog, WalCheckpointer } from '../../src/store/sqlite/wal-checkpointer.ts'

const FROM = 200
const COMMITS = 3000

interface Written {
  db: DatabaseSync
  file: string
  wal: WalCheckpointer
}

function open(t: TestContext, limits = { from: FROM, rest: 50 }): Written {
  const directory = mkdtempSync(join(tmpdir(), 'modei-wal-'))
  const file = join(directory, 'modei.db')
  const db = openConnection(file)
  const wal = new WalCheckpointer(db, file, limits)
  t.after(async () => {
    await wal.close()
    db.close()
    rmSync(directory, { recursive: true, force: true })
  })
  db.exec('create table t (a integer primary key, b text)')
  return { db, file, wal }
}

/** Pages in the log, and how many of them are in the database too. */
function stateOf(db: DatabaseSync): { log: number; checkpointed: number } {
  const row = db.prepare('pragma wal_checkpoint(noop)').get()
  return { log: Number(row?.log), checkpointed: Number(row?.checkpointed) }
}

/** Commits, after each of which the log is looked after, until `isEnough`; fails when it never is. */
async function commitUntil({ db, wal }: Written, isEnough: () => boolean): Promise<void> {
  const insert = db.prepare('insert into t (b) values (?)')
  for (let i = 0; i < COMMITS && !isEnough(); i += 1) {
    insert.run('x'.repeat(9000))
    wal.afterCommit()
    await turn()
  }
  assert.ok(isEnough(), 'it never was')
}

/** Whether the log was longer than `FROM` and began anew, each time it is asked. */
function beginsAnew(db: DatabaseSync): () => boolean {
  let longest = 0
  return () => {
    const { log } = stateOf(db)
    longest = Math.max(longest, log)
    return longest >= FROM && log < FROM
  }
}

test('the write-ahead log begins anew while commits go on, and nothing that was committed is missing', async (t) => {
  const written = open(t)
  for (let round = 0; round < 3; round += 1) await commitUntil(written, beginsAnew(written.db))
  const count = 'select count(*) as n, max(a) as last from t'
  const own = written.db.prepare(count).get()
  assert.equal(own?.n, own?.last)
  const other = openConnection(written.file, { readOnly: true })
  assert.deepEqual(other.prepare(count).get(), own)
  assert.deepEqual(other.prepare('pragma integrity_check').get(), { __proto__: null, integrity_check: 'ok' })
  other.close()
})

test('while a reader needs the log it grows and commits go on; after it the log begins anew', async (t) => {
  const written = open(t)
  const reader = openConnection(written.file, { readOnly: true })
  t.after(() => reader.close())
  reader.exec('begin')
  const before = reader.prepare('select count(*) as n from t').get()
  await commitUntil(written, () => stateOf(written.db).log > 4 * FROM)
  assert.deepEqual(reader.prepare('select count(*) as n from t').get(), before)
  reader.exec('commit')
  await commitUntil(written, () => stateOf(written.db).log < FROM)
})

test('a log whose copying fails makes no commit fail', async (t) => {
  const written = open(t)
  const nowhere = new WalCheckpointer(written.db, join(tmpdir(), 'modei-no-such-directory', 'modei.db'), {
    from: FROM,
    rest: -COMMITS * 10,
  })
  t.after(() => nowhere.close())
  await commitUntil({ ...written, wal: nowhere }, () => stateOf(written.db).log > 4 * FROM)
  assert.equal(stateOf(written.db).checkpointed, 0)
  written.db.close()
  assert.doesNotThrow(() => nowhere.afterCommit())
  written.db.open()
})

test('a log that readers kept is ended between two of them, and left alone while one reads', async (t) => {
  const written = open(t)
  const reader = openConnection(written.file, { readOnly: true })
  const other = openConnection(written.file)
  t.after(() => {
    reader.close()
    other.close()
  })
  const rows = (db: DatabaseSync) => db.prepare('select count(*) as n from t').get()
  reader.exec('begin')
  const seen = rows(reader)
  await commitUntil(written, () => stateOf(written.db).log > 2 * FROM)
  endLongLog(other, FROM)
  assert.ok(stateOf(written.db).log > 2 * FROM)
  assert.deepEqual(rows(reader), seen)
  reader.exec('commit')
  const all = rows(written.db)
  endLongLog(other, 10 * COMMITS)
  assert.ok(stateOf(written.db).log > 2 * FROM, 'it is not long')
  endLongLog(other, FROM)
  assert.equal(stateOf(written.db).log, 0)
  assert.equal(statSync(`${written.file}-wal`).size, 0)
  for (const db of [written.db, reader, other]) assert.deepEqual(rows(db), all)
})

test('a scan begins by ending a log that is long', async (t) => {
  const { db, file } = open(t)
  const store = await openSqliteStore(file, { signer: new Signer(box) })
  t.after(() => store.close())
  const many = (pages: number) =>
    db.exec(
      `insert into t (b) with recursive numbers (x) as (select 1 union all select x + 1 from numbers where x < ${pages})
       select hex(zeroblob(2000)) from numbers`,
    )
  many(AUTO_CHECKPOINT_PAGES / 2 + 100)
  assert.ok(stateOf(db).log > AUTO_CHECKPOINT_PAGES / 2)
  await store.scan.selectFrom('meta').selectAll().execute()
  assert.equal(stateOf(db).log, 0)
})

test('versions of SQLite are told apart by number', () => {
  const wanted = [3, 51, 3]
  for (const version of ['3.51.3', '3.51.10', '3.52.0', '3.100.0', '4.0.0', '3.51.3.1'])
    assert.equal(isAtLeast(version, wanted), true, version)
  for (const version of ['3.51.2', '3.51', '3.5.4', '3.50.9', '2.99.99', '0', '', 'new'])
    assert.equal(isAtLeast(version, wanted), false, version)
})
