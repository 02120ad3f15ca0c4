import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { inspect } from 'node:util'
import { ModeiError } from '../errors.ts'
import { AgentCredentials as MemoryCredentials } from '../passport/agent-credentials.ts'
import { AgentCredentials } from './agent-credentials.ts'
import { resolveCredentialsPath } from './credentials-path.ts'

interface CredentialVectors {
  accepted: { name: string; text: string; agent_id: string; rewritten?: string }[]
  refused: { name: string; text: string }[]
}

const vectors: CredentialVectors = JSON.parse(
  readFileSync(new URL('../../../../vectors/passports/credentials.json', import.meta.url), 'utf8'),
)
const POSIX = process.platform !== 'win32'

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modei-credentials-'))
  path = join(folder, 'agent.json')
  delete process.env.MODEI_CREDENTIALS_PATH
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  delete process.env.MODEI_CREDENTIALS_PATH
})

function put(text: string, mode = 0o600): void {
  writeFileSync(path, text)
  chmodSync(path, mode)
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof ModeiError) return error.code
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
  return 'none'
}

for (const { name, text, agent_id, rewritten } of vectors.accepted) {
  test(`loads a file, and writes it back byte for byte: ${name}`, () => {
    put(text)
    const credentials = AgentCredentials.load(path)
    assert.equal(credentials.agentId, agent_id)
    credentials.save(path)
    assert.equal(readFileSync(path, 'utf8'), rewritten ?? text)
  })
}

for (const { name, text } of vectors.refused) {
  test(`refuses a file, and repeats nothing of it: ${name}`, () => {
    put(text)
    assert.throws(
      () => AgentCredentials.load(path),
      (error) => {
        assert.ok(error instanceof ModeiError)
        assert.equal(error.code, 'credentials_invalid')
        const [secret] = /"private_key_base64": "([^"]+)"/.exec(text)?.slice(1) ?? []
        if (secret !== undefined) assert.ok(!inspect(error).includes(secret))
        return true
      },
    )
  })
}

test('a saved file is for its owner only and loads again', () => {
  const made = AgentCredentials.generate()
  made.save(path)
  if (POSIX) assert.equal(statSync(path).mode & 0o777, 0o600)
  const loaded = AgentCredentials.load(path)
  assert.deepEqual(loaded.privateKey, made.privateKey)
  assert.equal(loaded.createdAt, made.createdAt)
  assert.ok(loaded instanceof MemoryCredentials)
})

test('a file that others may read or write is refused', { skip: !POSIX }, () => {
  AgentCredentials.generate().save(path)
  for (const mode of [0o644, 0o640, 0o604, 0o620, 0o601, 0o666]) {
    chmodSync(path, mode)
    assert.equal(
      codeOf(() => AgentCredentials.load(path)),
      'credentials_exposed',
    )
    assert.equal(
      codeOf(() => AgentCredentials.loadOrCreate(path)),
      'credentials_exposed',
    )
  }
  chmodSync(path, 0o400)
  assert.equal(
    codeOf(() => AgentCredentials.load(path)),
    'none',
  )
})

test('a mask that takes the owner’s own bits does not spoil the mode', { skip: !POSIX }, () => {
  const masked = process.umask(0o277)
  try {
    AgentCredentials.generate().save(path)
  } finally {
    process.umask(masked)
  }
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('saving over a file that others may read closes it', { skip: !POSIX }, () => {
  put('{}', 0o644)
  AgentCredentials.generate().save(path)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('saving leaves nothing beside the file, also when it fails', () => {
  AgentCredentials.generate().save(path)
  assert.deepEqual(readdirSync(folder), ['agent.json'])
  mkdirSync(join(folder, 'taken'))
  assert.notEqual(
    codeOf(() => AgentCredentials.generate().save(join(folder, 'taken'))),
    'none',
  )
  assert.deepEqual(readdirSync(folder).sort(), ['agent.json', 'taken'])
})

test('loading never makes a file, loadOrCreate makes it once', () => {
  assert.equal(
    codeOf(() => AgentCredentials.load(path)),
    'ENOENT',
  )
  assert.equal(existsSync(path), false)
  const made = AgentCredentials.loadOrCreate(join(folder, 'a', 'b', 'agent.json'))
  assert.equal(AgentCredentials.loadOrCreate(join(folder, 'a', 'b', 'agent.json')).agentId, made.agentId)
  if (POSIX) assert.equal(statSync(join(folder, 'a')).mode & 0o777, 0o700)
})

test('loadOrCreate does not replace a file that is broken', () => {
  put('{')
  assert.equal(
    codeOf(() => AgentCredentials.loadOrCreate(path)),
    'credentials_invalid',
  )
  assert.equal(readFileSync(path, 'utf8'), '{')
})

test('a path is the argument, else the environment, else an error', () => {
  process.env.MODEI_CREDENTIALS_PATH = join(folder, 'environment.json')
  const fromEnvironment = AgentCredentials.loadOrCreate()
  assert.equal(AgentCredentials.load(join(folder, 'environment.json')).agentId, fromEnvironment.agentId)
  AgentCredentials.loadOrCreate(path)
  assert.deepEqual(readdirSync(folder).sort(), ['agent.json', 'environment.json'])
  for (const value of ['', undefined]) {
    if (value === undefined) delete process.env.MODEI_CREDENTIALS_PATH
    else process.env.MODEI_CREDENTIALS_PATH = value
    assert.equal(
      codeOf(() => AgentCredentials.load()),
      'credentials_path_missing',
    )
  }
})

test('~ is the home directory, at the start of a path and as a whole part', () => {
  assert.equal(resolveCredentialsPath('~/x.json'), join(homedir(), 'x.json'))
  assert.equal(resolveCredentialsPath('~'), homedir())
  assert.notEqual(resolveCredentialsPath('~x.json'), join(homedir(), 'x.json'))
  assert.notEqual(resolveCredentialsPath('a/~/x.json'), join(homedir(), 'x.json'))
})

test('a file that is a directory, or far too large, is refused', () => {
  assert.notEqual(
    codeOf(() => AgentCredentials.load(folder)),
    'none',
  )
  put(`${vectors.accepted[0]?.text ?? ''}${' '.repeat(70_000)}`)
  assert.equal(
    codeOf(() => AgentCredentials.load(path)),
    'credentials_invalid',
  )
})
