import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { startServer } from '../../server/test/harness.ts'
import { BIN, modei } from './cli.ts'

/** At a terminal of util-linux's `script`, with the pager that is named. */
function atTerminal(
  args: string,
  env: Record<string, string>,
): Promise<{ code: number | null; shown: string }> {
  return new Promise((resolve, reject) => {
    const command = `'${process.execPath}' '${BIN}' ${args}`
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env },
      timeout: 60_000,
    })
    let shown = ''
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, shown }))
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  })
}

async function withGates(t: TestContext) {
  const server = await startServer(t)
  for (const name of ['a', 'b', 'c'])
    await server.request('POST', '/api/gates', { name, gate_id: `gate_${name}` })
  return { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own }
}

test('at a terminal a list goes through the pager, which gets no key; JSON and pipes do not', async (t) => {
  const env = { ...(await withGates(t)), PAGER: "sed 's/^/paged:/'; env" }
  const paged = await atTerminal('gates list', env)
  assert.equal(paged.code, 0, paged.shown)
  assert.match(paged.shown, /^paged:GATE_ID/m)
  assert.match(paged.shown, /^PATH=/m)
  assert.doesNotMatch(paged.shown, /MODEI_|mod_live_/)
  assert.doesNotMatch((await atTerminal('gates list --json', env)).shown, /paged:/)
  assert.doesNotMatch((await modei(['gates', 'list'], env)).stdout, /paged:/)
})

test('without a pager, or with one that is not there, a list is printed; one that stops reading is no failure', async (t) => {
  const env = await withGates(t)
  for (const PAGER of ['', 'cat', '/nonexistent/pager -x']) {
    const { code, shown } = await atTerminal('gates list --all', { ...env, PAGER })
    assert.equal(code, 0, shown)
    assert.match(shown, /GATE_ID/)
  }
  const { code, shown } = await atTerminal('gates list --all', { ...env, PAGER: 'head -n 1' })
  assert.equal(code, 0, shown)
  assert.deepEqual(shown.trim().split('\n').length, 1)
})
