import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { command, INSTALLED, npx, temporary } from './installed.ts'

const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(INSTALLED, 'node_modules', name, 'package.json'), 'utf8'))
const { version } = manifestOf('modei')

test('every package has the same version, and every command tells it', () => {
  for (const name of ['@modei/cli', 'modei-mcp']) assert.equal(manifestOf(name).version, version)
  assert.deepEqual(manifestOf('modei').optionalDependencies, { '@modei/cli': version })
  for (const args of [
    ['modei', '--version'],
    ['modei', '-V'],
    ['modei-mcp', '--version'],
    ['modei-mcp', '-V'],
  ]) {
    assert.equal(npx(args).stdout, `${version}\n`, args.join(' '))
  }
})

test('every thread that the server starts has its file', () => {
  const directory = join(INSTALLED, 'node_modules/@modei/cli')
  const files = readdirSync(directory)
  const code = files
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(directory, file), 'utf8'))
  const started = [...code.join('').matchAll(/threadFile\(import\.meta\.url, ["']\.\/([^"']+)["']\)/g)]
  assert.ok(started.length >= 2)
  for (const [, name] of started) assert.ok(files.includes(`${name}.js`), name)
})

test('the command `modei` is of one package', () => {
  assert.equal(manifestOf('@modei/cli').bin, undefined)
  assert.deepEqual(Object.keys(manifestOf('modei').bin), ['modei'])
  assert.deepEqual(Object.keys(manifestOf('modei-mcp').bin), ['modei-mcp'])
})

test('`npx modei --help` names every group of commands', () => {
  const { status, stdout } = npx(['modei', '--help'])
  assert.equal(status, 0)
  for (const name of ['serve', 'init', 'login', 'keys', 'passport', 'audit', 'mcp', 'mcp-gate', 'gates']) {
    assert.match(stdout, new RegExp(`^  ${name} `, 'm'))
  }
})

test('a passport is issued and verified without a server; a changed one is refused', (t) => {
  const file = join(temporary(t), 'passport.json')
  const credentials = join(temporary(t), 'agent.json')
  const common = ['--credentials', credentials, '--permission', 'flights:book', '--name', 'bot']
  const issued = npx(['modei', 'passport', 'issue', ...common, '--output', file])
  assert.equal(issued.status, 0, issued.stderr)
  assert.equal(npx(['modei', 'passport', 'verify', file]).status, 0)
  const changed = readFileSync(file, 'utf8').replace('flights:book', 'flights:sell')
  const { status } = spawnSync(command('modei'), ['passport', 'verify', '-'], { input: changed })
  assert.equal(status, 10)
})

test('an older Node is told in one line what is needed', (t) => {
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) =>
    /^v(?:20|22)\./.test(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
  )
  if (old === undefined) return t.skip('there is no Node 20 or 22 here')
  const { status, stdout, stderr } = spawnSync(old, [command('modei'), 'serve'], { encoding: 'utf8' })
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /^.*needs Node 24 or later; this is 2[02]\..*\n$/)
  // What assistants start runs on what they have.
  const mcp = spawnSync(old, [command('modei-mcp'), '--version'], { encoding: 'utf8' })
  assert.equal(mcp.stdout, `${version}\n`)
})

test('without the command line, `modei` says how to install it', () => {
  const there = join(INSTALLED, 'node_modules/@modei')
  renameSync(there, `${there}-away`)
  try {
    const { status, stderr } = npx(['modei', 'serve'])
    assert.equal(status, 1)
    assert.match(stderr, /npm install @modei\/cli/)
  } finally {
    renameSync(`${there}-away`, there)
  }
})

test('what is built in is named with its licence, and nothing else is asked for', () => {
  for (const [name, parts] of [
    ['@modei/cli', ['fastify', 'pg', 'pino', 'kysely', 'commander', 'zod', '@bufbuild/cel']],
    ['modei-mcp', ['@modelcontextprotocol/server', 'zod', '@noble/ed25519']],
  ] as const) {
    const notices = readFileSync(join(INSTALLED, 'node_modules', name, 'THIRD_PARTY_NOTICES.txt'), 'utf8')
    for (const part of parts) assert.match(notices, new RegExp(`^${part} \\d`, 'm'), part)
    const members = Object.keys(manifestOf(name))
    assert.deepEqual(
      members.filter((member) => /dependencies|scripts|private/i.test(member)),
      [],
    )
  }
})
