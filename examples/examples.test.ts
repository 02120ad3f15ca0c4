/** Every example runs as it stands, and prints what it says it prints. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryServer } from '../tools/temporary-server.ts'

const run = promisify(execFile)

/** What an example prints on a server that starts empty. */
async function printedBy(name: string): Promise<string[]> {
  await using server = await temporaryServer()
  const file = fileURLToPath(new URL(name, import.meta.url))
  const env = { PATH: process.env.PATH, MODEI_API_KEY: server.apiKey, MODEI_API_URL: server.url }
  const { stdout } = await run(process.execPath, [file], { env, timeout: 60_000 })
  return stdout.trimEnd().split('\n')
}

test('the quickstart permits, suspends and blocks, and its record verifies', async () => {
  const [allowed, first, second, third, reason = '', verified] = await printedBy('quickstart.ts')
  assert.deepEqual([allowed, first, second, third, verified], ['true', 'PERMIT', 'SUSPEND', 'BLOCK', 'true'])
  assert.match(reason, /500 cents spent and 700 reserved/)
})
