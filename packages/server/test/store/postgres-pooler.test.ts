import { after, test } from 'node:test'
import { describeStore } from '../../src/store/conformance.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { findPgbouncer, startPgbouncer } from './pgbouncer.ts'
import { startPostgres } from './postgres-server.ts'
import { describeServers } from './servers.ts'

const pgbouncer = findPgbouncer()
if (pgbouncer === undefined) {
  test('all that holds on PostgreSQL holds behind a transaction pooler', {
    skip: 'pgbouncer is not installed',
  })
} else {
  const server = await startPostgres()
  const pooler = await startPgbouncer(pgbouncer, server.url)
  after(async () => {
    await pooler.stop()
    await server.stop()
  })
  const create = async () => {
    const url = await server.createDatabase()
    return {
      shared: true,
      open: (options: Parameters<typeof openPostgresStore>[1]) =>
        openPostgresStore(pooler.through(url), options),
      remove: () => server.dropDatabase(url),
    }
  }
  describeStore('PostgreSQL behind pgbouncer', create)
  describeServers('PostgreSQL behind pgbouncer', create)
}
