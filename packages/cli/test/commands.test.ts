import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { operationList } from '@modei/protocol/operations'
import { startServer } from '../../server/test/harness.ts'
import { processEnv } from '../../server/test/process-env.ts'
import { EXIT } from '../src/exit-codes.ts'
import { commandName } from '../src/operations/command-name.ts'
import { createProgram } from '../src/program.ts'
import { BIN, modei, temporary } from './cli.ts'

test('init makes a gate and a passport without a terminal, prints no private key, and can be run again', async (t) => {
  const server = await startServer(t)
  const env = { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own }
  const credentials = join(temporary(t), 'agent.json')
  const init = ['init', '--gate', 'shop', '--agent', 'bot', '--permission', 'buy', '--budget-cents', '500']
  const run = await modei([...init, '--credentials', credentials], env)
  assert.equal(run.code, 0, run.stderr)
  const [passportId = ''] = /pp_\w+/.exec(run.stdout) ?? []
  const passport = await server.request('GET', `/api/gates/gate_shop/passports/${passportId}`)
  assert.equal(passport.body.agent_id, 'bot')
  const { private_key_base64 } = JSON.parse(readFileSync(credentials, 'utf8'))
  assert.ok(!run.stdout.includes(private_key_base64))
  assert.ok(!run.stdout.includes(server.keys.own))
  assert.equal((await modei([...init, '--credentials', credentials], env)).code, 0)
  const taken = await modei([...init, '--credentials', credentials], {
    ...env,
    MODEI_API_KEY: server.keys.other,
  })
  assert.equal(taken.code, 5)
})

test('the database is migrated once, and its status says so', async (t) => {
  const env = { MODEI_DATA_DIR: temporary(t) }
  assert.match((await modei(['db', 'migrate'], env)).stdout, /applied 0001/)
  assert.match((await modei(['db', 'migrate'], env)).stdout, /nothing to do/)
  const status = JSON.parse((await modei(['db', 'status', '--json'], env)).stdout)
  assert.ok(Array.isArray(status) && status.length > 0)
})

test('the newest records are printed, oldest first', async (t) => {
  const server = await startServer(t)
  const env = { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own }
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const { body } = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
  })
  for (const action of ['buy', 'sell', 'buy']) {
    await server.request('POST', '/api/enforce', { passport_id: body.passport_id, action })
  }
  const run = await modei(['audit', 'tail', '--gate', 'gate_shop', '-n', '2', '--no-follow'], env)
  assert.match(run.stdout, /^\S+ {2}#2 .*sell.*\n\S+ {2}#3 .*buy.*\n$/)
})

test('completion scripts are valid, and know resources, verbs and flags', async (t) => {
  const bash = await modei(['completion', 'bash'])
  const file = join(temporary(t), 'modei.bash')
  writeFileSync(file, bash.stdout)
  const complete = (...words: string[]) =>
    execFileSync(
      'bash',
      [
        ...[
          '--norc',
          '-c',
          `source '${file}'; COMP_WORDS=(modei "$@"); COMP_CWORD=$#; _modei; echo "\${COMPREPLY[@]}"`,
        ],
        ...['bash', ...words],
      ],
      { encoding: 'utf8' },
    )
  assert.match(complete('gat'), /^gates\n$/)
  assert.match(complete('gates', 'rot'), /^rotate-key\n$/)
  assert.match(complete('gates', 'create', '--gate'), /^--gate-id\n$/)
  assert.match((await modei(['completion', 'zsh'])).stdout, /bashcompinit/)
  const fish = (await modei(['completion', 'fish'])).stdout
  assert.match(fish, /__fish_seen_subcommand_from gates' -a rotate-key/)
  // Where the shell is installed it judges its script itself.
  const parsed = spawnSync('fish', ['--no-execute'], { input: fish })
  if (parsed.error === undefined) assert.equal(parsed.status, 0)
  assert.equal((await modei(['completion', 'tcsh'])).code, 2)
})

test('the guide lists every exit code and every command', () => {
  const guide = readFileSync(new URL('../../../docs/guides/cli.md', import.meta.url), 'utf8')
  for (const code of Object.values(EXIT)) assert.match(guide, new RegExp(`^\\| ${code} \\|`, 'm'))
  const groups = new Set(operationList.map((operation) => commandName(operation).group))
  for (const command of createProgram().commands) {
    if (!groups.has(command.name())) assert.ok(guide.includes(`\`${command.name()}`), command.name())
  }
})

test('output that nobody reads any more ends quietly', async (t) => {
  const server = await startServer(t)
  const env = processEnv({
    MODEI_API_URL: server.url,
    MODEI_API_KEY: server.keys.own,
    HOME: '/nonexistent',
  })
  const command = `'${process.execPath}' '${BIN}' constraints list-types --json | head -c 1`
  const { stderr } = await promisify(execFile)('bash', ['-c', command], { env })
  assert.equal(stderr, '')
})
