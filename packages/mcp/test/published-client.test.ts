/** The published TypeScript client, held to one protocol revision after another, over both ways in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type Harness, startServer } from '../../server/test/harness.ts'

const BIN = fileURLToPath(new URL('../bin/modei-mcp.ts', import.meta.url))
const NEW = '2026-07-28'
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', NEW]

const WAYS: Readonly<
  Record<string, (server: Harness) => StdioClientTransport | StreamableHTTPClientTransport>
> = {
  HTTP: ({ url, keys }) =>
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${keys.own}` } },
    }),
  'standard input and output': ({ url, keys }) =>
    new StdioClientTransport({
      command: process.execPath,
      args: [BIN],
      env: { PATH: process.env.PATH ?? '', MODEI_API_URL: url, MODEI_API_KEY: keys.own },
    }),
}

function clientAt(revision: string): Client {
  const info = { name: 'test', version: '1.0.0' }
  return revision === NEW
    ? new Client(info, { versionNegotiation: { mode: { pin: revision } } })
    : new Client(info, { supportedProtocolVersions: [revision] })
}

/** All that an assistant sees of the server, and what some calls answer. */
async function seenAt(revision: string, transport: ReturnType<(typeof WAYS)[string]>) {
  const client = clientAt(revision)
  await client.connect(transport)
  try {
    const call = async (name: string, args: Record<string, unknown>) => {
      const { content, structuredContent, isError } = await client.callTool({ name, arguments: args })
      return { content, structuredContent, isError: isError === true }
    }
    const { tools } = await client.listTools()
    return {
      revision: client.getNegotiatedProtocolVersion(),
      tools: tools.map(({ name, title, description, annotations, inputSchema }) => ({
        ...{ name, title, description, annotations, inputSchema },
      })),
      prompts: (await client.listPrompts()).prompts.map(({ name }) => name),
      resources: (await client.listResourceTemplates()).resourceTemplates.map(
        ({ uriTemplate }) => uriTemplate,
      ),
      gates: await call('list_gates', {}),
      refused: (await call('create_gate', { name: 7 })).isError,
      missing: (await call('get_gate', { gate_id: 'gate_none' })).isError,
    }
  } finally {
    await client.close()
  }
}

for (const [name, transportTo] of Object.entries(WAYS)) {
  test(`the client gets the same tools and answers at every revision over ${name}`, async (t) => {
    const server = await startServer(t)
    await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
    const expected = await seenAt(NEW, transportTo(server))
    assert.ok(expected.tools.length > 45)
    assert.ok(expected.prompts.length >= 2)
    assert.ok(expected.resources.length >= 4)
    assert.match(JSON.stringify(expected.gates), /gate_shop/)
    assert.deepEqual([expected.refused, expected.missing], [true, true])
    for (const revision of REVISIONS.filter((one) => one !== NEW)) {
      assert.deepEqual(await seenAt(revision, transportTo(server)), { ...expected, revision }, revision)
    }
  })
}
