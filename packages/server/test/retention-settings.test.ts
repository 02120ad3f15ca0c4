import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { openStore } from '../src/open-store.ts'

test('the log is kept for ever unless a number of months, at least two, is set', () => {
  assert.equal(readConfig({}).MODEI_RETENTION_MONTHS, undefined)
  assert.equal(readConfig({ MODEI_RETENTION_MONTHS: '2' }).MODEI_RETENTION_MONTHS, 2)
  for (const bad of ['0', '1', '-3', '2.5', '1e3', ' 3', 'six', '99999']) {
    assert.throws(() => readConfig({ MODEI_RETENTION_MONTHS: bad }), /MODEI_RETENTION_MONTHS/, bad)
  }
})

test('the embedded database, whose log has no months, refuses to start with a number of them', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'modei-test-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const config = readConfig({ MODEI_DATA_DIR: directory, MODEI_RETENTION_MONTHS: '12' })
  await assert.rejects(openStore(config), /MODEI_RETENTION_MONTHS needs DATABASE_URL/)
})
