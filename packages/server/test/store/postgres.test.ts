import { after } from 'node:test'
import { describeStore } from '../../src/store/conformance.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from './postgres-server.ts'

const server = await startPostgres()
after(() => server.stop())

describeStore('PostgreSQL', async () => {
  const url = await server.createDatabase()
  return {
    shared: true,
    open: (options) => openPostgresStore(url, options),
    remove: () => server.dropDatabase(url),
  }
})
