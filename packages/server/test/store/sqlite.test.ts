import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStore } from '../../src/store/conformance.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'

describeStore('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'modei-store-'))
  return {
    shared: false,
    open: (options) => openSqliteStore(join(directory, 'modei.db'), options),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
})
