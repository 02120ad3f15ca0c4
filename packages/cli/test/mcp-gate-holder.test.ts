import assert from 'node:assert/strict'
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { startServer } from '../../server/test/harness.ts'
import { BIN, modei, temporary } from './cli.ts'

const SHOP = fileURLToPath(new URL('../../mcp/test/shop-server.ts', import.meta.url))

test('with a credentials file the gate passes at L3, and the file’s key is nowhere to be read', async (t) => {
  const credentials = join(temporary(t), 'agent.json')
  const key = await modei(['passport', 'key', '--credentials', credentials])
  const { private_key_base64, public_key_base64 } = JSON.parse(readFileSync(credentials, 'utf8'))
  assert.deepEqual([key.code, key.stdout], [0, `${public_key_base64}\n`])
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop', profile: 'L3' })
  const { body } = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['shop:*'],
    agent_public_key: public_key_base64,
  })
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    MODEI_API_URL: server.url,
    MODEI_API_KEY: server.keys.own,
    MODEI_PASSPORT_ID: String(body.passport_id),
  }
  const behind = ['--', process.execPath, SHOP]
  const named = { args: ['--credentials', credentials], settings: {} }
  const fromEnvironment = { args: [], settings: { MODEI_CREDENTIALS_PATH: credentials } }
  const none = { args: [], settings: {} }
  for (const { args, settings, passes } of [
    { ...named, passes: true },
    { ...fromEnvironment, passes: true },
    { ...none, passes: false },
  ]) {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [BIN, 'mcp-gate', ...args, ...behind],
      env: { ...env, ...settings },
      stderr: 'pipe',
    })
    let said = ''
    transport.stderr?.on('data', (text: Buffer) => (said += text.toString()))
    const agent = new Client({ name: 'agent', version: '1.0.0' })
    await agent.connect(transport)
    const looked = await agent.callTool({ name: 'look', arguments: {} })
    const environment = await agent.callTool({ name: 'environment', arguments: {} })
    await agent.close()
    assert.equal(looked.isError !== true, passes, JSON.stringify(looked.content))
    const all = said + JSON.stringify([looked, environment])
    assert.ok(!all.includes(private_key_base64))
    assert.ok(!all.includes('MODEI_CREDENTIALS_PATH'))
  }
})

test('a credentials file that is absent, or that others can read, starts no gate', async (t) => {
  const env = {
    MODEI_API_URL: 'http://127.0.0.1:1',
    MODEI_API_KEY: `mod_live_${'k'.repeat(40)}`,
    MODEI_PASSPORT_ID: 'pp_1',
  }
  const file = join(temporary(t), 'agent.json')
  const start = () => modei(['mcp-gate', '--credentials', file, '--', 'true'], env)
  const absent = await start()
  assert.equal(absent.code, 1)
  assert.match(absent.stderr, /ENOENT/)
  await modei(['passport', 'key', '--credentials', file])
  chmodSync(file, 0o644)
  const exposed = await start()
  assert.equal(exposed.code, 1)
  assert.match(exposed.stderr, /must be 0600/)
  assert.ok(!exposed.stderr.includes(JSON.parse(readFileSync(file, 'utf8')).private_key_base64))
})
