/**
 * What a gate in front of an MCP server costs: a tool call through it, against the same call made directly plus one
 * decision over HTTP. Everything else is alike, one call at a time. Accept on the ratio of the p50 (at least 0.5).
 *
 *     npm run bench -- mcp-gate
 */
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { McpServer } from '@modelcontextprotocol/server'
import { ModeiClient } from 'modei'
import { createGateServer, parseGateFile, recorderOf } from 'modei-mcp'
import { z } from 'zod'
import { temporaryServer } from '../tools/temporary-server.ts'

const CALLS = 500
const WARM_UP = 100
const CALL = { name: 'buy', arguments: { item: 'tea' } }

await using server = await temporaryServer()
await using client = new ModeiClient({ apiKey: server.apiKey, baseUrl: server.url })
await client.createGate({ name: 'Shop', gate_id: 'gate_shop' })
const { passport_id } = await client.issuePassport('gate_shop', {
  agent_id: 'agent-1',
  permissions: ['shop:*'],
})

async function connected(to: { connect(transport: InMemoryTransport): Promise<void> }): Promise<Client> {
  const agent = new Client({ name: 'bench', version: '1.0.0' })
  const [near, far] = InMemoryTransport.createLinkedPair()
  await Promise.all([to.connect(far), agent.connect(near)])
  return agent
}

function shop(): McpServer {
  const made = new McpServer({ name: 'shop', version: '1.0.0' })
  made.registerTool('buy', { inputSchema: z.object({ item: z.string() }) }, ({ item }) => ({
    content: [{ type: 'text', text: `bought ${item}` }],
  }))
  return made
}

const direct = await connected(shop())
const recorder = recorderOf(client, 'gate_shop', console.error)
const settings = {
  client,
  passportId: passport_id,
  server: 'shop',
  file: parseGateFile({}),
  recorder,
  pollMs: 1000,
}
const gated = await connected(createGateServer(await connected(shop()), { ...settings, log: console.error }))

const enforce = () => client.enforceAction({ passport_id, action: 'shop:buy' })
const contenders: [name: string, call: () => Promise<unknown>][] = [
  ['direct call', () => direct.callTool(CALL)],
  ['one decision', enforce],
  ['direct call and one decision', () => direct.callTool(CALL).then(enforce)],
  ['call through the gate', () => gated.callTool(CALL)],
]

/** Microseconds of each call, sorted. */
const times = new Map<string, number[]>(contenders.map(([name]) => [name, []]))
for (let round = 0; round < WARM_UP + CALLS; round += 1) {
  for (const [name, call] of contenders) {
    // The outcome of the call before is recorded beside this one; each is measured on a quiet connection.
    await recorder.settled()
    const begun = performance.now()
    await call()
    if (round >= WARM_UP) times.get(name)?.push((performance.now() - begun) * 1000)
  }
}

function percentile(name: string, share: number): number {
  const sorted = (times.get(name) ?? []).toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)
}

console.table(
  contenders.map(([name]) => ({ name, 'p50 µs': percentile(name, 0.5), 'p99 µs': percentile(name, 0.99) })),
)
const [, , [reference = ''] = [], [measured = ''] = []] = contenders
const over = (share: number) => percentile(measured, share) - percentile(reference, share)
console.log(`the gate adds ${over(0.5)} µs at p50 and ${over(0.99)} µs at p99 to ${CALLS} calls each`)
const [value, yardstick] = [percentile(measured, 0.5), percentile(reference, 0.5)]
const ratio = Math.round((yardstick / value) * 1000) / 1000
console.log(
  JSON.stringify({
    name: 'mcp_gate',
    value,
    unit: 'µs at p50',
    reference: yardstick,
    ratio,
    p50_over: over(0.5),
    p99_over: over(0.99),
  }),
)
await recorder.settled()
await gated.close()
