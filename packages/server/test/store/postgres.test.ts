import { after } from 'node:test'
import { type DatabaseUnderTest, describeStore } from '@modei/server/store-suite'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { describeLogProofs } from './log-proofs.ts'
import { describePartitions } from './partitions.ts'
import { startPostgres } from './postgres-server.ts'
import { describeServers } from './servers.ts'
import { describeServing } from './serving.ts'

const server = await startPostgres()
after(() => server.stop())

async function create(): Promise<DatabaseUnderTest> {
  const url = await server.createDatabase()
  return {
    shared: true,
    open: (options) => openPostgresStore(url, options),
    remove: () => server.dropDatabase(url),
  }
}

describeStore('PostgreSQL', create)
describeServers('PostgreSQL', create)
describeLogProofs('PostgreSQL', create)
describePartitions(server)
describeServing(server)
