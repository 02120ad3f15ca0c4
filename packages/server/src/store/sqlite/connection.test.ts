import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openConnection } from './connection.ts'

test('a new database and its log can be read by their owner alone, and reading only makes none', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'modei-open-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const before = process.umask(0o022)
  t.after(() => process.umask(before))
  const file = join(directory, 'modei.db')
  assert.throws(() => openConnection(file, { readOnly: true }))
  assert.equal(existsSync(file), false)
  const db = openConnection(file)
  t.after(() => db.close())
  db.exec('create table t (a integer); insert into t values (1)')
  for (const suffix of ['', '-wal', '-shm']) {
    assert.equal(statSync(file + suffix).mode & 0o777, 0o600, `modei.db${suffix}`)
  }
})
