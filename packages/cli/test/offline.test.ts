import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { modei, temporary } from './cli.ts'

interface ChainVectors {
  public_keys: Record<string, string>
  chain: { attestation_json: string; chain_hash: string; signature: string }[]
}

const vectors: ChainVectors = JSON.parse(
  readFileSync(new URL('../../../vectors/chain/attestation-chain.json', import.meta.url), 'utf8'),
)
const KEYS = {
  gate_id: 'gate_vectors',
  signing_keys: Object.entries(vectors.public_keys).map(([key_id, public_key]) => ({ key_id, public_key })),
}
const LINES = vectors.chain.map((record) => JSON.stringify(record))

/** An export file with its keys beside it. */
function exported(directory: string, lines: readonly string[], beside: unknown = KEYS): string {
  const file = join(directory, 'log.jsonl')
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  writeFileSync(`${file}.keys.json`, JSON.stringify(beside))
  return file
}

test('an export verifies without a server, from a file and from standard input', async (t) => {
  const file = exported(temporary(t), LINES)
  const run = await modei(['audit', 'verify', file])
  assert.equal(run.code, 0, `${run.stdout}${run.stderr}`)
  assert.match(run.stdout, new RegExp(`whole: ${LINES.length} records in 1 chains`))
  const piped = await modei(
    ['audit', 'verify', '-', '--keys', `${file}.keys.json`, '--json'],
    {},
    LINES.join('\n'),
  )
  assert.deepEqual([piped.code, JSON.parse(piped.stdout).records], [0, LINES.length])
})

test('a changed, missing, moved or unreadable record is named, with exit code 10', async (t) => {
  const [first = '', second = '', third = '', ...rest] = LINES
  const changed = JSON.stringify({ ...JSON.parse(second), signature: JSON.parse(third).signature })
  for (const [lines, says] of [
    [[first, changed, third, ...rest], /record 2 of .*signature_invalid/],
    [[first, third, ...rest], /record 2 of .*index_gap/],
    [[first, third, second, ...rest], /record 2 of .*order/],
    [[second, third, ...rest], /record 1 of .*index_gap/],
    [[first, second, third.slice(0, 40)], /record 3 of .*malformed/],
    [[first, second, '[]'], /record 3 of .*malformed/],
  ] as const) {
    const run = await modei(['audit', 'verify', exported(temporary(t), lines)])
    assert.equal(run.code, 10, `${run.stdout}${run.stderr}`)
    assert.match(run.stdout, says)
  }
})

test('a file that is not there is an error and no verdict', async (t) => {
  const file = exported(temporary(t), LINES)
  const run = await modei(['audit', 'verify', `${file}.gone`, '--keys', `${file}.keys.json`])
  assert.equal(run.code, 1)
  assert.match(run.stderr, /ENOENT/)
})

test('without keys there is nothing to verify by, and that is said', async (t) => {
  const run = await modei(['audit', 'verify', '-'], {}, LINES.join('\n'))
  assert.equal(run.code, 2)
  assert.match(run.stderr, /--keys/)
  const wrong = exported(temporary(t), LINES, { ...KEYS, signing_keys: [] })
  assert.match((await modei(['audit', 'verify', wrong])).stdout, /key_unknown/)
})

test('a passport is issued, delegated within its grant, and verified, without a server', async (t) => {
  const directory = temporary(t)
  const at = (name: string) => join(directory, name)
  const issue = [
    'passport',
    'issue',
    '--credentials',
    at('a.json'),
    '--permission',
    'orders:create',
    '--permission',
    'orders:read',
    '--delegable',
  ]
  assert.equal((await modei([...issue, '-o', at('parent.json')])).code, 0)
  assert.equal(statSync(at('a.json')).mode & 0o777, 0o600)
  const delegate = ['passport', 'delegate', '--parent', at('parent.json'), '--credentials', at('a.json')]
  const made = await modei([
    ...delegate,
    ...[
      '--to-credentials',
      at('b.json'),
      '--permission',
      'orders:create',
      '--expires-in',
      '1h',
      '-o',
      at('child.json'),
    ],
  ])
  assert.equal(made.code, 0, made.stderr)
  const verified = await modei(['passport', 'verify', at('child.json'), '--json'])
  assert.deepEqual([verified.code, JSON.parse(verified.stdout).valid], [0, true])
  const wider = await modei([...delegate, '--to-credentials', at('b.json'), '--permission', 'refunds:create'])
  assert.equal(wider.code, 2)
  assert.match(wider.stderr, /refunds:create/)
  const child = JSON.parse(readFileSync(at('child.json'), 'utf8'))
  writeFileSync(
    at('forged.json'),
    JSON.stringify({ ...child, passport_json: child.passport_json.replace('create', 'delete') }),
  )
  const forged = await modei(['passport', 'verify', at('forged.json'), '--json'])
  assert.deepEqual([forged.code, JSON.parse(forged.stdout).valid], [10, false])
})

test('a passport needs a permission, and its private key is in no output', async (t) => {
  const credentials = join(temporary(t), 'a.json')
  assert.equal((await modei(['passport', 'issue', '--credentials', credentials])).code, 2)
  const run = await modei(['passport', 'issue', '--credentials', credentials, '--permission', 'read'])
  assert.equal(run.code, 0, run.stderr)
  const { private_key_base64 } = JSON.parse(readFileSync(credentials, 'utf8'))
  assert.ok(!`${run.stdout}${run.stderr}`.includes(private_key_base64))
  const bad = await modei([
    'passport',
    'issue',
    '--credentials',
    credentials,
    '--permission',
    'read',
    '--expires-in',
    'soon',
  ])
  assert.equal(bad.code, 2)
})
