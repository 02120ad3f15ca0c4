import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { McpServer } from '@modelcontextprotocol/server'
import { type Decider, guardTool, TOOL_REFUSAL_META_KEY } from 'modei/gate'
import { passportHeaders } from 'modei/passport'
import { z } from 'zod'
import { issue } from '../../../server/test/shop.ts'
import { openShop, presented } from './shop-gate.ts'

type Meta = Record<string, unknown>

/** A real MCP server with one guarded tool, and how a client calls it. */
async function bookingTool(gate: Decider) {
  const server = new McpServer({ name: 'flights', version: '1.0.0' })
  const booked: number[] = []
  const book = guardTool(
    gate,
    { action: 'flights:book', cost_cents: ({ cents }: { cents: number }) => cents },
    async ({ cents }: { cents: number }) => {
      booked.push(cents)
      return { content: [{ type: 'text' as const, text: 'booked' }] }
    },
  )
  server.registerTool('book', { inputSchema: z.object({ cents: z.number() }) }, book)
  const client = new Client({ name: 'agent', version: '1.0.0' })
  const [near, far] = InMemoryTransport.createLinkedPair()
  await server.connect(far)
  await client.connect(near)
  return {
    booked,
    call: (cents: number, meta: Meta) => client.callTool({ name: 'book', arguments: { cents }, _meta: meta }),
    close: () => client.close(),
  }
}

test('a tool of a real MCP server runs for whom the gate permits, within limits, and tells others why not', async (t) => {
  const shop = await openShop(t)
  const passport = await issue(shop.server, ['flights:*'], {
    constraints: { 'core:cost:max_cumulative': 700 },
  })
  const headers = passportHeaders(presented(passport))
  const tool = await bookingTool(shop.gate)
  t.after(tool.close)
  const meta = { 'modei.ai/passport': headers['Modei-Passport'] }
  assert.deepEqual((await tool.call(500, meta)).content, [{ type: 'text', text: 'booked' }])
  const over = await tool.call(201, meta)
  assert.equal(over.isError, true)
  assert.match(JSON.stringify(over._meta?.[TOOL_REFUSAL_META_KEY]), /"status":403/)
  const nobody = await tool.call(1, {})
  assert.match(JSON.stringify(nobody.content), /passport_not_presented/)
  for (const value of [7, null, '', {}]) {
    const bad = await tool.call(1, { 'modei.ai/passport': value })
    assert.match(JSON.stringify(bad.content), /invalid_envelope_shape/)
  }
  assert.equal((await tool.call(200, { 'modei.ai/passport-id': passport.passport_id })).isError, undefined)
  assert.deepEqual(tool.booked, [500, 200])
})

test('over HTTP the headers count, and `_meta` alone where it says anything', async (t) => {
  const shop = await openShop(t)
  const passport = await issue(shop.server, ['buy'])
  const headers = new Headers(passportHeaders(presented(passport)))
  const buy = guardTool(shop.gate, { action: 'buy' }, async () => 'bought')
  const http = { req: { headers } }
  assert.equal(await buy({}, { http }), 'bought')
  assert.equal(await buy({}, { http, mcpReq: { _meta: { other: 1 } } }), 'bought')
  const confused = await buy({}, { http, mcpReq: { _meta: { 'modei.ai/passport-id': 'pp_nobody' } } })
  assert.match(JSON.stringify(confused), /passport_not_found/)
  assert.match(JSON.stringify(await buy({}, {})), /passport_not_presented/)
})
