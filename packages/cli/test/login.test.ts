import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../../server/test/harness.ts'
import { processEnv } from '../../server/test/process-env.ts'
import { BIN, modei, temporary } from './cli.ts'

test('a key from standard input is tried, stored for its owner alone, and used from then on', async (t) => {
  const server = await startServer(t)
  const HOME = temporary(t)
  const run = await modei(['login', '--api-url', server.url], { HOME }, `${server.keys.own}\n`)
  assert.equal(run.code, 0, run.stderr)
  assert.ok(!`${run.stdout}${run.stderr}`.includes(server.keys.own))
  const path = join(HOME, '.config/modei/config.json')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal((await modei(['gates', 'list'], { HOME })).code, 0)
  chmodSync(path, 0o644)
  const exposed = await modei(['gates', 'list'], { HOME })
  assert.equal(exposed.code, 1)
  assert.match(exposed.stderr, /can be read by others/)
})

test('a bad key is not stored, and a key cannot be given as an argument', async (t) => {
  const server = await startServer(t)
  const HOME = temporary(t)
  const bad = `mod_live_${'x'.repeat(40)}`
  assert.equal((await modei(['login', '--api-url', server.url], { HOME }, bad)).code, 3)
  assert.equal((await modei(['login', '--api-url', server.url, server.keys.own], { HOME })).code, 2)
  assert.equal((await modei(['login', '--api-url', server.url], { HOME }, '\n')).code, 2)
  assert.throws(() => statSync(join(HOME, '.config/modei/config.json')))
})

test('a stored key is sent to no other server', async (t) => {
  const server = await startServer(t)
  const HOME = temporary(t)
  mkdirSync(join(HOME, '.config/modei'), { recursive: true })
  const stored = { url: 'http://127.0.0.1:1', api_key: server.keys.own }
  writeFileSync(join(HOME, '.config/modei/config.json'), JSON.stringify(stored), { mode: 0o600 })
  const run = await modei(['gates', 'list', '--api-url', server.url], { HOME })
  assert.equal(run.code, 3)
  assert.match(run.stderr, /api_key_missing/)
})

/** Types into a real terminal that util-linux's `script` makes. */
function atTerminal(
  command: string,
  env: Record<string, string>,
  typed: string,
  prompt: RegExp,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], { env, timeout: 60_000 })
    let shown = ''
    let answered = false
    child.on('error', reject)
    child.on('close', () => resolve(shown))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      if (answered || !prompt.test(shown)) return
      answered = true
      child.stdin.write(typed)
    })
  })
}

test('at a terminal the key is asked for and not shown', async (t) => {
  const server = await startServer(t)
  const HOME = temporary(t)
  const env = processEnv({ HOME, MODEI_API_URL: server.url })
  const shown = await atTerminal(
    `'${process.execPath}' '${BIN}' login`,
    env,
    `wrong\u007f\u007f\u007f\u007f\u007f${server.keys.own}\r`,
    /API key: /,
  )
  assert.match(shown, /stored in/)
  assert.ok(!shown.includes(server.keys.own.slice(0, 14)), shown)
  assert.ok(readFileSync(join(HOME, '.config/modei/config.json'), 'utf8').includes(server.keys.own))
})
