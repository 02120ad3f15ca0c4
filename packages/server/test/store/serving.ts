import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pino } from 'pino'
import { type Config, readConfig } from '../../src/config.ts'
import { databaseStatus, migrateDatabase } from '../../src/open-store.ts'
import { type RunningServer, serve } from '../../src/serve.ts'
import { execute, type PostgresServer } from './postgres-server.ts'

const SECRET = 'the secret that all servers share, 32 characters'
const silent = pino({ level: 'silent' })

/** What `DATABASE_URL` does to the start of a server. */
export function describeServing(server: PostgresServer): void {
  describe('starting with DATABASE_URL', () => {
    let url: string
    const directory = join(tmpdir(), `modei-never-made-${process.pid}`)

    before(async () => {
      url = await server.createDatabase()
    })
    after(() => server.dropDatabase(url))

    function config(env: Record<string, string> = {}): Config {
      return readConfig({
        DATABASE_URL: url,
        MODEI_SECRET_KEY: SECRET,
        MODEI_DATA_DIR: directory,
        PORT: '0',
        ...env,
      })
    }

    async function close(servers: readonly RunningServer[]): Promise<void> {
      await Promise.all(servers.map((one) => one.close()))
    }

    test('migrations can be run and asked for without a server', async () => {
      const before = await databaseStatus(config())
      assert.ok(before.length > 0)
      assert.ok(before.every(({ applied_at, known }) => applied_at === null && known))
      const applied = await migrateDatabase(config())
      assert.deepEqual(
        applied,
        before.map(({ name }) => name),
      )
      assert.deepEqual(await migrateDatabase(config()), [])
      await execute(url, `insert into kysely_migration values ('9999-tomorrow', '2099-01-01T00:00:00.000Z')`)
      const after = await databaseStatus(config())
      assert.ok(after.every(({ applied_at }) => typeof applied_at === 'number'))
      assert.deepEqual(
        after.filter(({ known }) => !known).map(({ name }) => name),
        ['9999-tomorrow'],
      )
      await execute(url, `delete from kysely_migration where name = '9999-tomorrow'`)
    })

    test('servers that start together on a new database make one first workspace, and its key opens all of them', async () => {
      const servers = await Promise.all([1, 2, 3].map(() => serve(config(), silent)))
      const keys = servers.flatMap(({ first }) => (first === undefined ? [] : [first.api_key]))
      assert.equal(keys.length, 1)
      for (const { address } of servers) {
        const answer = await fetch(`${address}/api/gates`, {
          headers: { authorization: `Bearer ${keys[0]}` },
        })
        assert.equal(answer.status, 200)
      }
      await close(servers)
      assert.equal(existsSync(directory), false, 'a data directory was made')
      const again = await serve(config(), silent)
      assert.equal(again.first, undefined)
      await close([again])
    })

    test('without MODEI_SECRET_KEY the start is refused in a clear sentence', async () => {
      const { MODEI_SECRET_KEY: _, ...without } = config()
      await assert.rejects(serve(without, silent), /^Error: MODEI_SECRET_KEY is required with DATABASE_URL: /)
    })

    test('another secret than the database was made under stops the start', async () => {
      await assert.rejects(
        serve(config({ MODEI_SECRET_KEY: 'some other secret of at least 32 characters' }), silent),
        /MODEI_SECRET_KEY is not the secret that this database was made under/,
      )
    })

    test('a database that cannot be reached is named by its reason, never by its password', async () => {
      const DATABASE_URL = 'postgres://someone:open-sesame@127.0.0.1:1/nowhere'
      await assert.rejects(serve(config({ DATABASE_URL }), silent), (error: Error) => {
        assert.match(error.message, /^the database of DATABASE_URL cannot be used: .*ECONNREFUSED/)
        assert.equal(error.message.includes('open-sesame'), false)
        return true
      })
    })
  })
}
