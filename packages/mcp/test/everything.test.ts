/** The gate in front of a public server that knows nothing of it: the one that its authors test clients with. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { ModeiClient } from 'modei'
import { startServer } from '../../server/test/harness.ts'
import { createGateServer, parseGateFile, recorderOf } from '../src/index.ts'
import { textOf } from './gate-setup.ts'

const EVERYTHING = fileURLToPath(new URL('../../../node_modules/.bin/mcp-server-everything', import.meta.url))
const SUM = { name: 'get-sum', arguments: { a: 2, b: 3 } }
const ECHO = { name: 'echo', arguments: { message: 'tea' } }

/** The server as a process, an agent at the gate before it, and what crossed the gate to the server. */
async function gatedEverything(t: TestContext, permissions: string[], constraints = {}) {
  const server = await startServer(t)
  const modei = new ModeiClient({ apiKey: server.keys.own, baseUrl: server.url })
  await modei.createGate({ name: 'Everything', gate_id: 'gate_everything' })
  const issued = { agent_id: 'a', permissions, constraints }
  const { passport_id } = await modei.issuePassport('gate_everything', issued)

  const direct = new Client({ name: 'gate', version: '1.0.0' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [EVERYTHING, 'stdio'],
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
    stderr: 'ignore',
  })
  await direct.connect(transport)
  const crossed: string[] = []
  const send = transport.send.bind(transport)
  transport.send = (message) => {
    if ('method' in message && message.method === 'tools/call') crossed.push(String(message.params?.name))
    return send(message)
  }
  const recorder = recorderOf(modei, 'gate_everything', () => undefined)
  const gate = createGateServer(direct, {
    client: modei,
    passportId: passport_id,
    server: 'everything',
    file: parseGateFile({ tools: { 'get-sum': { cost_cents: '/a' } } }),
    recorder,
    pollMs: 20,
    log: () => undefined,
  })
  const agent = new Client({ name: 'agent', version: '1.0.0' })
  const [toGate, ofGate] = InMemoryTransport.createLinkedPair()
  await Promise.all([gate.connect(ofGate), agent.connect(toGate)])
  t.after(async () => {
    await agent.close()
    await direct.close()
  })
  return { agent, direct, crossed, recorder }
}

test('its tools, resources and prompts are listed through the gate as they are without', async (t) => {
  const { agent, direct } = await gatedEverything(t, ['everything:*'])
  const listed = await agent.listTools()
  assert.ok(listed.tools.length >= 10)
  assert.deepEqual(listed.tools, (await direct.listTools()).tools)
  assert.deepEqual((await agent.listResources()).resources, (await direct.listResources()).resources)
  assert.deepEqual(
    (await agent.listResourceTemplates()).resourceTemplates,
    (await direct.listResourceTemplates()).resourceTemplates,
  )
  assert.deepEqual((await agent.listPrompts()).prompts, (await direct.listPrompts()).prompts)
  assert.equal(agent.getInstructions(), direct.getInstructions())
})

test('a permitted call gives what it gives without the gate: text, structure, images, links and errors', async (t) => {
  const { agent, direct } = await gatedEverything(t, ['everything:*'])
  for (const call of [
    ECHO,
    SUM,
    { name: 'get-tiny-image', arguments: {} },
    { name: 'get-structured-content', arguments: { location: 'New York' } },
    { name: 'get-resource-links', arguments: { count: 3 } },
    { name: 'get-annotated-message', arguments: { messageType: 'error', includeImage: true } },
    { name: 'echo', arguments: {} },
  ]) {
    assert.deepEqual(await agent.callTool(call), await direct.callTool(call), call.name)
  }
  const [prompt] = (await direct.listPrompts()).prompts
  assert.ok(prompt)
  const wanted = { name: prompt.name }
  assert.deepEqual(await agent.getPrompt(wanted), await direct.getPrompt(wanted))
})

test('a call that the passport does not carry never crosses the gate', async (t) => {
  const { agent, crossed } = await gatedEverything(t, ['everything:echo'])
  assert.equal(textOf(await agent.callTool(ECHO)).isError, false)
  const { isError, text } = textOf(await agent.callTool(SUM))
  assert.equal(isError, true)
  assert.match(text, /everything:get-sum was not performed/)
  assert.deepEqual(crossed, ['echo'])
})

test('of 100 parallel calls exactly as many cross as the budget holds', async (t) => {
  const budget = { 'core:cost:max_cumulative': 3000 + 299 }
  const { agent, crossed, recorder } = await gatedEverything(t, ['everything:*'], budget)
  const calls = Array.from({ length: 100 }, () =>
    agent.callTool({ name: 'get-sum', arguments: { a: 300, b: 1 } }),
  )
  const results = await Promise.all(calls)
  assert.equal(results.filter(({ isError }) => isError !== true).length, 10)
  assert.equal(crossed.length, 10)
  await recorder.settled()
})
