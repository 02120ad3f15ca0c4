import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { ModeiClient } from 'modei'
import { tools } from 'modei-mcp'
import { command, serve, temporary } from './installed.ts'

const SHOP = fileURLToPath(new URL('../../packages/mcp/test/shop-server.ts', import.meta.url))

async function connected(t: TestContext, name: string, args: string[], env: Record<string, string>) {
  const agent = new Client({ name: 'agent', version: '1.0.0' })
  const settings = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env }
  await agent.connect(new StdioClientTransport({ command: command(name), args, env: settings }))
  t.after(() => agent.close())
  return agent
}

test('the official client lists and calls the tools of the installed `modei-mcp` and `modei mcp`', async (t) => {
  const server = await serve(t, [command('modei')], temporary(t))
  const settings = { MODEI_API_URL: server.url, MODEI_API_KEY: server.key }
  const names = tools.map(({ name }) => name).sort()
  for (const [name, args] of [
    ['modei-mcp', []],
    ['modei', ['mcp']],
  ] as const) {
    const agent = await connected(t, name, [...args], settings)
    assert.deepEqual((await agent.listTools()).tools.map(({ name }) => name).sort(), names)
    const listed = await agent.callTool({ name: 'list_gates', arguments: {} })
    assert.notEqual(listed.isError, true, JSON.stringify(listed.content))
  }
})

test('the installed `modei mcp-gate` passes on what the passport allows, and nothing else', async (t) => {
  const server = await serve(t, [command('modei')], temporary(t))
  const settings = { MODEI_API_URL: server.url, MODEI_API_KEY: server.key }
  const modei = new ModeiClient({ baseUrl: server.url, apiKey: server.key })
  await modei.createGate({ name: 'Shop', gate_id: 'gate_shop' })
  const passport = await modei.issuePassport('gate_shop', { agent_id: 'a', permissions: ['shop:look'] })
  const agent = await connected(t, 'modei', ['mcp-gate', '--', process.execPath, SHOP], {
    ...settings,
    MODEI_PASSPORT_ID: passport.passport_id,
  })
  assert.notEqual((await agent.callTool({ name: 'look', arguments: {} })).isError, true)
  const refused = await agent.callTool({ name: 'buy', arguments: { item: 'tea', cents: 1 } })
  assert.equal(refused.isError, true)
  assert.match(JSON.stringify(refused.content), /permission_not_granted/)
  // Before the server goes: it records the outcomes.
  await agent.close()
})
