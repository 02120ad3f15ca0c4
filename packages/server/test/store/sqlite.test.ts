import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DatabaseUnderTest, describeStore } from '@modei/server/store-suite'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { describeLogProofs } from './log-proofs.ts'
import { describeServers } from './servers.ts'

async function create(defaults: { maxBatch?: number } = {}): Promise<DatabaseUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-store-'))
  return {
    shared: false,
    open: (options) => openSqliteStore(join(directory, 'modei.db'), { ...defaults, ...options }),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  }
}

describeStore('SQLite', create)
// What comes together is several batches, each decided while the one before is on its way to the disk.
describeStore('SQLite, in batches of four', () => create({ maxBatch: 4 }))
describeServers('SQLite', create)
describeLogProofs('SQLite', create)
