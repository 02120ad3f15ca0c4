import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Harness, startServer } from '../../server/test/harness.ts'
import { processEnv } from '../../server/test/process-env.ts'
import { tools } from '../src/index.ts'

const run = promisify(execFile)
const INSPECTOR = fileURLToPath(new URL('../../../node_modules/.bin/mcp-inspector', import.meta.url))
const BIN = fileURLToPath(new URL('../bin/modei-mcp.ts', import.meta.url))

/** The ways in: over HTTP at the server, and as a process over standard input and output. */
const WAYS: readonly { name: string; target(server: Harness): string[] }[] = [
  {
    name: 'HTTP',
    target: ({ url, keys }) => [
      `${url}/mcp`,
      '--transport',
      'http',
      '--header',
      `Authorization: Bearer ${keys.own}`,
    ],
  },
  {
    name: 'standard input and output',
    target: ({ url, keys }) => [
      ...['-e', `MODEI_API_KEY=${keys.own}`, '-e', `MODEI_API_URL=${url}`],
      ...[process.execPath, BIN],
    ],
  },
]

async function inspect(t: TestContext, target: readonly string[], ...method: string[]) {
  const HOME = mkdtempSync(join(tmpdir(), 'modei-inspector-'))
  t.after(() => rmSync(HOME, { recursive: true, force: true }))
  const { stdout } = await run(process.execPath, [INSPECTOR, '--cli', ...target, '--method', ...method], {
    env: processEnv({ HOME }),
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  })
  return JSON.parse(stdout)
}

for (const { name, target } of WAYS) {
  test(`the Inspector lists every tool and calls one over ${name}`, async (t) => {
    const server = await startServer(t)
    const listed = await inspect(t, target(server), 'tools/list')
    assert.equal(listed.tools.length, tools.length)
    const made = await inspect(
      t,
      target(server),
      ...['tools/call', '--tool-name', 'create_gate', '--tool-arg', 'name=Shop', 'gate_id=gate_shop'],
    )
    assert.notEqual(made.isError, true, JSON.stringify(made))
    assert.equal((await server.request('GET', '/api/gates/gate_shop')).status, 200)
  })
}
