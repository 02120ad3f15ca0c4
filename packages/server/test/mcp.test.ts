import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { PROFILES, profileTools, tools } from 'modei-mcp'
import { type Harness, startServer } from './harness.ts'

const published: { published: string[]; documented: string[]; approvals: string[] } = JSON.parse(
  readFileSync(new URL('../../../vectors/mcp/tools.json', import.meta.url), 'utf8'),
)

async function connect(t: TestContext, server: Harness, query = '', key = server.keys.own): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp${query}`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  })
  await client.connect(transport)
  t.after(() => client.close())
  return client
}

test('every published tool exists under its name, with a title, hints and schemas', async (t) => {
  const server = await startServer(t)
  const client = await connect(t, server)
  const listed = (await client.listTools()).tools
  const names = new Set(listed.map(({ name }) => name))
  for (const name of [...published.published, ...published.documented, ...published.approvals]) {
    assert.ok(names.has(name), name)
  }
  assert.equal(published.published.length, 45)
  for (const tool of listed) {
    assert.ok(
      tool.title && tool.description && tool.inputSchema && tool.outputSchema && tool.annotations,
      tool.name,
    )
  }
})

test('the small profiles hold at most 15 tools that exist', async (t) => {
  const server = await startServer(t)
  const known = new Set(tools.map(({ name }) => name))
  for (const profile of PROFILES) {
    const wanted = profileTools(profile)
    if (wanted === undefined) continue
    assert.ok(wanted.size <= 15, profile)
    for (const name of wanted) assert.ok(known.has(name), name)
    const client = await connect(t, server, `?profile=${profile}`)
    assert.equal((await client.listTools()).tools.length, wanted.size)
  }
})

test('a passport is issued, permitted and blocked through tools, and the refusal carries its numbers', async (t) => {
  const server = await startServer(t)
  const client = await connect(t, server)
  const call = async (name: string, args: Record<string, unknown>) => {
    const result = await client.callTool({ name, arguments: args })
    assert.notEqual(result.isError, true, JSON.stringify(result.content))
    return result.structuredContent as Record<string, unknown>
  }
  await call('create_gate', { name: 'Shop', gate_id: 'gate_shop' })
  const passport = await call('issue_passport', {
    gate_id: 'gate_shop',
    agent_id: 'agent-1',
    permissions: ['buy'],
    constraints: { 'core:cost:max_cumulative': 1000 },
  })
  const { passport_id } = passport
  const first = await call('enforce_action', { passport_id, action: 'buy', cost_cents: 900 })
  assert.equal(first.decision, 'PERMIT')
  const second = await call('enforce_action', { passport_id, action: 'buy', cost_cents: 200 })
  assert.equal(second.decision, 'BLOCK')
  assert.match(String(second.block_reason), /1000/)
  await call('set_constraints', { passport_id, constraints: { 'core:rate:max_per_minute': 5 } })
  const list = await call('list_attestations', { gate_id: 'gate_shop', limit: 1 })
  assert.equal(Array.isArray(list.items) && list.items.length, 1)
})

test('arguments go through the same schemas as over HTTP, and no id reaches a path unchecked', async (t) => {
  const server = await startServer(t)
  const client = await connect(t, server)
  for (const [name, args] of [
    ['get_gate', { gate_id: '../users/api-keys' }],
    ['get_gate', { gate_id: '%2e%2e' }],
    ['enforce_action', { passport_id: 'pp_x', action: 'buy', cost_cents: -1 }],
    ['enforce_action', { passport_id: 'pp_x', action: 'buy', cost: 1 }],
    ['list_attestations', { gate_id: 'gate_x', limit: 'many' }],
  ] as const) {
    const result = await client.callTool({ name, arguments: args })
    assert.equal(result.isError, true, `${name} ${JSON.stringify(args)}`)
  }
  const missing = await client.callTool({ name: 'get_gate', arguments: { gate_id: 'gate_none' } })
  assert.equal(missing.isError, true)
  assert.match(JSON.stringify(missing.content), /not_found: /)
})

test('a key can do over MCP what its scopes say, and without one there is nothing', async (t) => {
  const server = await startServer(t)
  const client = await connect(t, server, '', await server.keyWith('gates:read'))
  const refused = await client.callTool({ name: 'create_gate', arguments: { name: 'x', gate_id: 'x' } })
  assert.equal(refused.isError, true)
  assert.match(JSON.stringify(refused.content), /forbidden: /)
  const bare = await server.request(
    'POST',
    '/mcp',
    { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    { key: null },
  )
  assert.equal(bare.status, 401)
  const wrong = await server.request('POST', '/mcp', {}, { key: `mod_live_${'x'.repeat(40)}` })
  assert.equal(wrong.status, 401)
})

test('resources and prompts are read with the caller’s key', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const passport = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
  })
  const blocked = await server.request('POST', '/api/enforce', {
    passport_id: passport.body.passport_id,
    action: 'sell',
  })
  const client = await connect(t, server)
  const gate = await client.readResource({ uri: 'modei://gates/gate_shop' })
  assert.match(JSON.stringify(gate.contents), /Shop/)
  const prompt = await client.getPrompt({
    name: 'why_was_this_blocked',
    arguments: { attestation_id: blocked.body.attestation_id },
  })
  assert.match(JSON.stringify(prompt.messages), /permission_not_granted/)
  const other = await connect(t, server, '', server.keys.other)
  await assert.rejects(other.readResource({ uri: 'modei://gates/gate_shop' }))
})

test('a tool call comes from the address of whoever called MCP, not from the server itself', async (t) => {
  const server = await startServer(t, { MODEI_TRUSTED_PROXIES: '127.0.0.1,::1' })
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  await server.request('PUT', '/api/gates/gate_shop/anonymous-policy', {
    enabled: true,
    allowed_actions: ['read', 'list'],
  })
  for (const [address, action] of [
    ['203.0.113.9', 'read'],
    ['198.51.100.7', 'list'],
  ] as const) {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${server.keys.own}`, 'x-forwarded-for': address } },
    })
    await client.connect(transport)
    t.after(() => client.close())
    const result = await client.callTool({ name: 'check_gate', arguments: { gate_id: 'gate_shop', action } })
    assert.notEqual(result.isError, true, JSON.stringify(result.content))
  }
  const log = await server.request('GET', '/api/gates/gate_shop/anonymous-log')
  assert.deepEqual(
    log.body.map(({ client_address }: { client_address: string }) => client_address),
    ['198.51.100.0/24', '203.0.113.0/24'],
  )
})
