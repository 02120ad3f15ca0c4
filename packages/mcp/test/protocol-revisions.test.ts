import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Harness, startServer } from '../../server/test/harness.ts'
import { tools } from '../src/index.ts'

const OLD = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']
const NEW = '2026-07-28'
const NAMES = tools.map(({ name }) => name).sort()

interface Answers {
  revision: string | undefined
  names: string[]
  gates: unknown
  missing: unknown
}

/** Plain JSON-RPC, as a client of that time speaks it. */
async function askPlainly(server: Harness, revision: string): Promise<Answers> {
  let id = 0
  const send = async (method: string, params: unknown) => {
    id += 1
    const answer = await server.request(
      'POST',
      '/mcp',
      { jsonrpc: '2.0', id, method, params },
      {
        headers: {
          accept: 'application/json, text/event-stream',
          ...(id > 1 && { 'mcp-protocol-version': revision }),
        },
      },
    )
    assert.equal(answer.status, 200, answer.text)
    const text = /^data: (.*)$/m.exec(answer.text)?.[1]
    const { result } = text === undefined ? answer.body : JSON.parse(text)
    assert.ok(result, answer.text)
    return result
  }
  const opened = await send('initialize', {
    protocolVersion: revision,
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  })
  const call = (name: string, args: unknown) => send('tools/call', { name, arguments: args })
  return {
    revision: opened.protocolVersion,
    names: (await send('tools/list', {})).tools.map(({ name }: { name: string }) => name).sort(),
    gates: (await call('list_gates', {})).content,
    missing: (await call('get_gate', { gate_id: 'gate_none' })).isError,
  }
}

async function askModern(server: Harness): Promise<Answers> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: { pin: NEW } } },
  )
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${server.keys.own}` } },
    }),
  )
  try {
    return {
      revision: client.getNegotiatedProtocolVersion(),
      names: (await client.listTools()).tools.map(({ name }) => name).sort(),
      gates: (await client.callTool({ name: 'list_gates', arguments: {} })).content,
      missing: (await client.callTool({ name: 'get_gate', arguments: { gate_id: 'gate_none' } })).isError,
    }
  } finally {
    await client.close()
  }
}

test('every protocol revision gets its own version back, the same tools and the same answers', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const expected = await askModern(server)
  assert.equal(expected.revision, NEW)
  assert.deepEqual(expected.names, NAMES)
  assert.equal(expected.missing, true)
  for (const revision of OLD) {
    assert.deepEqual(await askPlainly(server, revision), { ...expected, revision }, revision)
  }
})

test('a revision that nobody knows is answered with one that is known', async (t) => {
  const server = await startServer(t)
  const clientInfo = { name: 'test', version: '1.0.0' }
  const params = { protocolVersion: '1999-01-01', capabilities: {}, clientInfo }
  const opening = { jsonrpc: '2.0', id: 1, method: 'initialize', params }
  const headers = { accept: 'application/json, text/event-stream' }
  const { text } = await server.request('POST', '/mcp', opening, { headers })
  const [, revision = ''] = /"protocolVersion":"([^"]+)"/.exec(text) ?? []
  assert.ok(OLD.includes(revision), text)
})
