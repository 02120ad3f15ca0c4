import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DatabaseUnderTest, describeStore } from '@modei/server/store-suite'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { describeLogProofs } from './log-proofs.ts'
import { describeServers } from './servers.ts'

async function create(): Promise<DatabaseUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-store-'))
  return {
    shared: false,
    open: (options) => openSqliteStore(join(directory, 'modei.db'), options),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
}

describeStore('SQLite', create)
describeServers('SQLite', create)
describeLogProofs('SQLite', create)
