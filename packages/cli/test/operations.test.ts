import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operationList } from '@modei/protocol/operations'
import { startServer } from '../../server/test/harness.ts'
import { commandName } from '../src/operations/command-name.ts'
import { createProgram } from '../src/program.ts'
import { modei } from './cli.ts'

test('every call is a command of its own, with each of its ids as an argument', () => {
  const program = createProgram()
  const names = new Set<string>()
  for (const operation of operationList) {
    const { group, verb } = commandName(operation)
    assert.ok(!names.has(`${group} ${verb}`), `${group} ${verb} twice`)
    names.add(`${group} ${verb}`)
    const command = program.commands
      .find((one) => one.name() === group)
      ?.commands.find((one) => one.name() === verb)
    assert.ok(command, operation.id)
    assert.equal(
      command.registeredArguments.length,
      Object.keys(operation.params?.shape ?? {}).length,
      operation.id,
    )
    assert.equal(command.description(), operation.summary)
  }
})

test('a gate, a passport, a permit and a block, by commands; a block is an answer and exit code 10', async (t) => {
  const server = await startServer(t)
  const env = { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own }
  const json = async (...args: string[]) => {
    const run = await modei([...args, '--json'], env)
    assert.equal(run.code, 0, run.stderr)
    return JSON.parse(run.stdout)
  }
  await json('gates', 'create', '--name', 'Shop', '--gate-id', 'gate_shop')
  const passport = await json(
    ...['passports', 'issue', 'gate_shop', '--agent-id', 'agent-1', '--permissions', 'buy,look'],
    ...['--permissions', 'sell', '--constraints', '{"core:cost:max_cumulative":500}'],
  )
  assert.deepEqual(passport.permissions, ['buy', 'look', 'sell'])
  const enforce = [
    'enforcement',
    'enforce',
    '--passport-id',
    passport.passport_id,
    '--action',
    'buy',
    '--cost-cents',
    '300',
  ]
  assert.equal((await json(...enforce)).decision, 'PERMIT')
  const blocked = await modei(enforce, env)
  assert.equal(blocked.code, 10)
  assert.match(blocked.stdout, /block_reason +.*500/)
  const gates = await modei(['gates', 'list'], env)
  assert.match(gates.stdout, /^GATE_ID +NAME/)
  const records = await json('attestations', 'list', 'gate_shop', '--limit', '1', '--all')
  assert.equal(records.length, 2)
  assert.equal((await json('attestations', 'list', 'gate_shop', '--limit', '1')).length, 1)
})

test('each kind of error has its exit code, and the key is in no message', async (t) => {
  const server = await startServer(t)
  const own = { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own }
  const reader = await server.keyWith('gates:read')
  const expectations: [args: string[], env: Record<string, string>, code: number, says: RegExp][] = [
    [['gates', 'get', '../users/api-keys'], own, 2, /<gate_id>: must be a valid gate id/],
    [['gates', 'get', '%2e%2e'], own, 2, /<gate_id>/],
    [['gates', 'create'], own, 2, /--name: is needed/],
    [['gates', 'create', '--name', 'x', '--gate-id', 'gate_x', '--profile', 'L9'], own, 2, /L1, L2, L3/],
    [['gates', 'crate'], own, 2, /unknown command/],
    [
      ['enforcement', 'enforce', '--action', 'buy', '--passport-id', 'pp_x', '--cost-cents', '1.5'],
      own,
      2,
      /--cost-cents/,
    ],
    [
      ['enforcement', 'enforce', '--action', 'buy', '--passport-id', 'pp_x', '--cost-cents', ''],
      own,
      2,
      /number/,
    ],
    [['gates', 'list'], { MODEI_API_URL: server.url }, 3, /api_key_missing.*\n.*modei login/],
    [
      ['gates', 'list'],
      { MODEI_API_URL: server.url, MODEI_API_KEY: `mod_live_${'x'.repeat(40)}` },
      3,
      /unauthenticated/,
    ],
    [
      ['gates', 'create', '--name', 'x', '--gate-id', 'gate_x'],
      { ...own, MODEI_API_KEY: reader },
      4,
      /gates:write/,
    ],
    [['gates', 'get', 'gate_none'], own, 5, /not_found/],
    [['gates', 'list'], { ...own, MODEI_API_URL: 'http://127.0.0.1:1' }, 8, /connection_failed/],
  ]
  for (const [args, env, code, says] of expectations) {
    const run = await modei(args, env)
    assert.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`)
    assert.match(run.stderr, says)
    assert.ok(!`${run.stdout}${run.stderr}`.includes(env.MODEI_API_KEY ?? 'no key'))
  }
})

test('keys are made, listed without their secret, and revoked', async (t) => {
  const server = await startServer(t)
  const env = { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own }
  const made = JSON.parse(
    (await modei(['keys', 'create', '--name', 'ci', '--scopes', 'gates:read', '--json'], env)).stdout,
  )
  assert.match(made.key, /^mod_live_/)
  const listed = await modei(['keys', 'list', '--json'], env)
  assert.ok(!listed.stdout.includes(made.key))
  assert.equal((await modei(['keys', 'revoke', made.id], env)).code, 0)
  assert.equal((await modei(['gates', 'list'], { ...env, MODEI_API_KEY: made.key })).code, 3)
})

test('a name cannot make the terminal do something', async (t) => {
  const server = await startServer(t)
  const env = { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own }
  await server.request('POST', '/api/gates', { name: 'a\u202eb', gate_id: 'gate_a' })
  const { stdout } = await modei(['gates', 'list'], env)
  assert.ok(stdout.includes('a\u{fffd}b'))
})
