/** Every example runs as it stands, and prints what it says it prints. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { processEnv } from '../packages/server/test/process-env.ts'
import { temporaryServer } from '../tools/temporary-server.ts'

const run = promisify(execFile)

/** What an example prints on a server that starts empty. */
async function printedBy(name: string): Promise<string[]> {
  await using server = await temporaryServer()
  const file = fileURLToPath(new URL(name, import.meta.url))
  const env = processEnv({ MODEI_API_KEY: server.apiKey, MODEI_API_URL: server.url })
  const { stdout } = await run(process.execPath, [file], { env, timeout: 60_000 })
  return stdout.trimEnd().split('\n')
}

test('the quickstart permits, suspends and blocks, and its record verifies', async () => {
  const [allowed, first, second, third, reason = '', verified] = await printedBy('quickstart.ts')
  assert.deepEqual([allowed, first, second, third, verified], ['true', 'PERMIT', 'SUSPEND', 'BLOCK', 'true'])
  assert.match(reason, /500 cents spent and 700 reserved/)
})

test('README shows nothing but parts of the examples', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
  const readme = read('../README.md')
  const sources = { ts: read('quickstart.ts'), python: read('from-modei/quickstart.py') }
  for (const [language, source] of Object.entries(sources)) {
    const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))]
    assert.ok(blocks.length > 0, `README shows no ${language}`)
    for (const [, block = ''] of blocks) assert.ok(source.includes(block), block)
  }
})

test('a self-issued passport is verified offline, checked without a key, delegated, spent and revoked', async () => {
  assert.deepEqual(await printedBy('self-issued.ts'), [
    'verified offline',
    'checked without a key',
    'PERMIT BLOCK',
    'passport_revoked',
  ])
})

test('a local gate decides by itself what it can, and asks about what is counted', async () => {
  const [search, nobody, first, second = '', revoked, recorded] = await printedBy('local-gate.ts')
  assert.deepEqual(
    [search, nobody, first, revoked, recorded],
    [
      '/search 200 local',
      '/search 401 passport_not_presented',
      '/book 200 server',
      '/search 403 passport_revoked',
      '4 decisions in one chain',
    ],
  )
  assert.match(second, /^\/book 403 /)
})
