import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { startPostgres } from '../../packages/server/test/store/postgres-server.ts'
import { command, npx, serve, temporary } from './installed.ts'

test('the installed server stores in PostgreSQL, with workers, and its commands bring the schema', async (t) => {
  const postgres = await startPostgres()
  t.after(() => postgres.stop())
  const env = {
    DATABASE_URL: await postgres.createDatabase(),
    MODEI_SECRET_KEY: randomBytes(32).toString('base64'),
  }
  const migrated = npx(['modei', 'db', 'migrate'], env)
  assert.equal(migrated.status, 0, migrated.stderr)
  const server = await serve(t, [command('modei')], temporary(t), { ...env, MODEI_WORKERS: '2' })
  const settings = { MODEI_API_URL: server.url, MODEI_API_KEY: server.key }
  const run = (...args: string[]) => npx(['modei', ...args, '--json'], settings)
  assert.equal(run('gates', 'create', '--name', 'Shop', '--gate-id', 'gate_shop').status, 0)
  const issued = run('passports', 'issue', 'gate_shop', '--agent-id', 'a', '--permissions', 'buy')
  const { passport_id } = JSON.parse(issued.stdout)
  const bought = run('enforcement', 'enforce', '--passport-id', passport_id, '--action', 'buy')
  assert.equal(bought.status, 0, bought.stdout + bought.stderr)
  server.signal('SIGTERM')
  assert.equal(await server.closed, 0)
})
