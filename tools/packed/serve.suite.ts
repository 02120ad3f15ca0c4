import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, npx, serve, temporary } from './installed.ts'

test('`npx modei serve` answers, takes a call of the command line, and finishes on SIGTERM', async (t) => {
  const data = temporary(t)
  const server = await serve(t, ['npx', '--no-install', 'modei'], data)
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  assert.equal((await fetch(`${server.url}/openapi.json`)).status, 200)
  const settings = { MODEI_API_URL: server.url, MODEI_API_KEY: server.key }
  const made = npx(
    ['modei', 'gates', 'create', '--name', 'Shop', '--gate-id', 'gate_shop', '--json'],
    settings,
  )
  assert.equal(made.status, 0, made.stderr)
  assert.equal(JSON.parse(made.stdout).gate_id, 'gate_shop')
  const refused = npx(['modei', 'gates', 'list', '--json'], { ...settings, MODEI_API_KEY: 'mod_live_none' })
  assert.equal(refused.status, 3, refused.stderr)
  server.signal('SIGTERM')
  await server.closed
  // The directory is free for the next one, which has what the first one answered and shows no key again.
  const next = await serve(t, [command('modei')], data)
  assert.equal(next.key, '')
  const kept = npx(['modei', 'gates', 'list', '--json'], { ...settings, MODEI_API_URL: next.url })
  assert.deepEqual(
    JSON.parse(kept.stdout).map(({ gate_id }: { gate_id: string }) => gate_id),
    ['gate_shop'],
  )
})

test('the installed `modei serve` exits 0 on SIGTERM, and its log verifies with the installed command', async (t) => {
  const server = await serve(t, [command('modei')], temporary(t))
  const settings = { MODEI_API_URL: server.url, MODEI_API_KEY: server.key }
  const run = (...args: string[]) => npx(['modei', ...args], settings)
  assert.equal(run('gates', 'create', '--name', 'Shop', '--gate-id', 'gate_shop').status, 0)
  const issued = run('passports', 'issue', 'gate_shop', '--agent-id', 'a', '--permissions', 'buy', '--json')
  const { passport_id } = JSON.parse(issued.stdout)
  const bought = run('enforcement', 'enforce', '--passport-id', passport_id, '--action', 'buy', '--json')
  assert.equal(JSON.parse(bought.stdout).decision, 'PERMIT')
  const sold = run('enforcement', 'enforce', '--passport-id', passport_id, '--action', 'sell', '--json')
  assert.deepEqual([sold.status, JSON.parse(sold.stdout).decision], [10, 'BLOCK'])
  // Enough at once that the server starts the threads which sign and commit.
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ passport_id, action: 'buy' })
  const asked = Array.from({ length: 40 }, () =>
    fetch(`${server.url}/api/enforce`, { method: 'POST', headers, body }).then(({ status }) => status),
  )
  assert.deepEqual(new Set(await Promise.all(asked)), new Set([200]))
  const verified = run('audit', 'verify', '--gate', 'gate_shop')
  assert.equal(verified.status, 0, verified.stderr)
  server.signal('SIGTERM')
  assert.equal(await server.closed, 0)
})
