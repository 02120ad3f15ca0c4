import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { processEnv } from '../../server/test/process-env.ts'
import { tools } from '../src/tools.ts'

const run = promisify(execFile)
const BIN = fileURLToPath(new URL('../bin/modei-mcp.ts', import.meta.url))
const KEY = `mod_live_${'k'.repeat(40)}`

test('--help and --version answer without a key', async () => {
  assert.match((await run(process.execPath, [BIN, '--help'])).stdout, /MODEI_API_KEY/)
  assert.match((await run(process.execPath, [BIN, '--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
})

test('without a key, or with a profile that does not exist, the start ends with a sentence that says so', async () => {
  const start = (env: Record<string, string>) => run(process.execPath, [BIN], { env: processEnv(env) })
  await assert.rejects(start({}), (error: Error & { stderr: string }) => {
    assert.match(error.stderr, /MODEI_API_KEY/)
    return true
  })
  await assert.rejects(
    start({ MODEI_API_KEY: KEY, MODEI_MCP_PROFILE: 'all' }),
    /MODEI_MCP_PROFILE must be one of/,
  )
})

test('over standard input and output every tool is listed, a heartbeat is sent, and the key is in no message', async (t) => {
  const seen: { url: string | undefined; authorization: string | undefined }[] = []
  const api = createServer((request, response) => {
    seen.push({ url: request.url, authorization: request.headers.authorization })
    response.setHeader('content-type', 'application/json')
    response.end(
      request.url?.endsWith('/heartbeat') ? '{"ok":true,"last_seen_at":"2027-01-01T00:00:00.000Z"}' : '[]',
    )
  }).listen(0, '127.0.0.1')
  t.after(() => api.close())
  await new Promise((resolve) => api.once('listening', resolve))
  const address = api.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const client = new Client({ name: 'test', version: '1.0.0' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN],
    env: processEnv({
      MODEI_API_KEY: KEY,
      MODEI_API_URL: `http://127.0.0.1:${port}`,
      MODEI_AGENT_ID: 'agent-1',
      MODEI_PASSPORT_ID: 'pp_1',
    }),
  })
  await client.connect(transport)
  t.after(() => client.close())
  const listed = (await client.listTools()).tools
  assert.equal(listed.length, tools.length)
  const result = await client.callTool({ name: 'list_gates', arguments: {} })
  assert.deepEqual(result.structuredContent, { items: [] })
  assert.equal(JSON.stringify([listed, result]).includes(KEY), false)
  assert.ok(seen.some(({ url }) => url === '/api/agents/agent-1/heartbeat'))
  assert.ok(
    seen.every(({ url, authorization }) => authorization === `Bearer ${KEY}` && url?.includes(KEY) === false),
  )
})
