import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { startServer } from '../../server/test/harness.ts'
import { processEnv } from '../../server/test/process-env.ts'
import { BIN, modei, temporary } from './cli.ts'

const SHOP = fileURLToPath(new URL('../../mcp/test/shop-server.ts', import.meta.url))

interface Gate {
  args: readonly string[]
  env: Record<string, string>
  /** How the agent opens the conversation; the older handshake by default. */
  pin?: string
}

async function agentBehind(t: TestContext, { args, env, pin }: Gate): Promise<Client> {
  const agent = new Client(
    { name: 'agent', version: '1.0.0' },
    pin === undefined ? {} : { versionNegotiation: { mode: { pin } } },
  )
  await agent.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [BIN, 'mcp-gate', ...args],
      env: processEnv({ HOME: '/nonexistent', ...env }),
      stderr: 'ignore',
    }),
  )
  t.after(() => agent.close())
  return agent
}

async function withPassport(t: TestContext, permissions: string[]) {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const constraints = { 'core:cost:max_cumulative': 500 }
  const issued = { agent_id: 'a', permissions, constraints }
  const { body } = await server.request('POST', '/api/gates/gate_shop/passports', issued)
  const env = {
    MODEI_API_URL: server.url,
    MODEI_API_KEY: server.keys.own,
    MODEI_PASSPORT_ID: String(body.passport_id),
  }
  return { server, env }
}

test('an agent that starts the gate in place of a server gets the same tools, within the budget', async (t) => {
  const { server, env } = await withPassport(t, ['shop:*'])
  const file = join(temporary(t), 'gate.json')
  writeFileSync(file, JSON.stringify({ tools: { buy: { cost_cents: '/cents' } } }))
  for (const pin of [undefined, '2026-07-28']) {
    const args = ['--file', file, '--', process.execPath, SHOP]
    const agent = await agentBehind(t, { args, env, ...(pin !== undefined && { pin }) })
    assert.deepEqual((await agent.listTools()).tools.map(({ name }) => name).sort(), [
      'buy',
      'environment',
      'look',
    ])
    const settings = await agent.callTool({ name: 'environment', arguments: {} })
    assert.doesNotMatch(JSON.stringify(settings.content), /MODEI_/)
    const bought = await agent.callTool({ name: 'buy', arguments: { item: 'tea', cents: 250 } })
    assert.notEqual(bought.isError, true, JSON.stringify(bought.content))
    await agent.close()
  }
  const agent = await agentBehind(t, { args: ['--file', file, '--', process.execPath, SHOP], env })
  const blocked = await agent.callTool({ name: 'buy', arguments: { item: 'tea', cents: 1 } })
  assert.equal(blocked.isError, true)
  assert.match(JSON.stringify(blocked.content), /limit 500, current 500, requested 1/)
  await agent.close()
  const records = await server.request('GET', '/api/gates/gate_shop/attestations?limit=1000')
  const outcomes = records.body.filter(({ type }: { type: string }) => type === 'record')
  assert.ok(outcomes.length >= 4)
})

test('a remote server is gated by its address', async (t) => {
  const { server, env } = await withPassport(t, ['modei:list_gates'])
  const args = ['--url', `${server.url}/mcp?profile=operator`]
  const upstream = { MODEI_UPSTREAM_AUTHORIZATION: `Bearer ${server.keys.own}` }
  const agent = await agentBehind(t, { args, env: { ...env, ...upstream } })
  const listed = await agent.callTool({ name: 'list_gates', arguments: {} })
  assert.notEqual(listed.isError, true, JSON.stringify(listed.content))
  const refused = await agent.callTool({ name: 'create_gate', arguments: { name: 'x', gate_id: 'gate_x' } })
  assert.equal(refused.isError, true)
  assert.equal((await server.request('GET', '/api/gates/gate_x')).status, 404)
})

test('a gate that cannot know what to do does not start', async (t) => {
  const file = join(temporary(t), 'gate.json')
  writeFileSync(file, '{"tools":{"buy":{"cost":1}}}')
  const env = { MODEI_API_URL: 'http://127.0.0.1:1', MODEI_API_KEY: `mod_live_${'k'.repeat(40)}` }
  const passport = { ...env, MODEI_PASSPORT_ID: 'pp_1' }
  for (const [args, settings, code, says] of [
    [[], passport, 2, /command after `--`/],
    [['--url', 'http://127.0.0.1:1/mcp', '--', 'true'], passport, 2, /either/],
    [['--url', 'nowhere'], passport, 2, /address/],
    [['--file', file, '--', 'true'], passport, 1, /\/tools\/buy.*cost/],
    [['--', 'true'], env, 1, /MODEI_PASSPORT_ID/],
    [['--', '/nonexistent/server'], passport, 1, /ENOENT/],
  ] as const) {
    const run = await modei(['mcp-gate', ...args], settings)
    assert.equal(run.code, code, run.stderr)
    assert.match(run.stderr, says)
  }
})

test('when the server behind it ends, the gate ends too, and not well', async (t) => {
  const { env } = await withPassport(t, ['shop:*'])
  const gate = spawn(process.execPath, [BIN, 'mcp-gate', '--', process.execPath, SHOP], {
    env: processEnv({ HOME: '/nonexistent', ...env, SHOP_CLOSES_AFTER_MS: '1000' }),
    // Standard input stays open: the agent has not left.
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: 60_000,
  })
  let said = ''
  gate.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code] = await once(gate, 'close')
  assert.equal(code, 1, said)
  assert.match(said, /the server behind the gate has ended/)
})
