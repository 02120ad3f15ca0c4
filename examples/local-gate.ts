/**
 * A resource that decides in its own process: most requests ask no server, and the ones that spend do. It expects a
 * server without gates.
 *
 *     MODEI_API_KEY=mod_live_… MODEI_API_URL=http://localhost:3000 node examples/local-gate.ts
 */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import { ModeiClient } from 'modei'
import { gateResultOf, guardHttp, LocalGate } from 'modei/gate'
import { passportHeaders } from 'modei/passport'

const client = new ModeiClient({ baseUrl: process.env.MODEI_API_URL ?? 'http://localhost:3000' })
await client.createGate({ name: 'Flights', gate_id: 'gate_flights' })
const passport = await client.issuePassport('gate_flights', {
  agent_id: 'agent-001',
  permissions: ['flights:search', 'flights:book'],
  constraints: { 'flights:book': { 'core:cost:max_cumulative': 1000 } },
})

// The gate reads its keys, its revocations and its catalogs, and keeps them fresh until it is closed.
const gate = await new LocalGate({ client, gateId: 'gate_flights' }).start()

// A guard stands in front of a handler. There is one for Fastify, Express, Hono and the tools of an MCP server too.
const options = {
  action: ({ url }: IncomingMessage) => (url === '/book' ? 'flights:book' : 'flights:search'),
  cost_cents: ({ url }: IncomingMessage) => (url === '/book' ? 600 : undefined),
}
const server = createServer(
  guardHttp(gate, options, (request, response) => {
    response.end(gateResultOf(request)?.source ?? '')
  }),
)
const url = await new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
  })
})

// The agent shows its passport in a header.
const headers = passportHeaders(passport)
async function ask(path: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(url + path, { headers })
  const text = await response.text()
  return `${path} ${response.status} ${response.ok ? text : JSON.parse(text).reason_code}`
}

console.log(await ask('/search', headers)) // /search 200 local
console.log(await ask('/search', {})) // /search 401 passport_not_presented
console.log(await ask('/book', headers)) // /book 200 server: it spends, and spending is counted in one place
console.log(await ask('/book', headers)) // the second one would be more than 1000 cents

// A revocation counts from the gate's next reading, within a minute by itself.
await client.revokePassport('gate_flights', passport.passport_id)
await gate.refresh()
console.log(await ask('/search', headers)) // /search 403 passport_revoked

// Closing sends the records of what was decided here: they stand in the gate's chain beside the server's own.
server.close()
await gate.close()
const records = await client.listAttestations('gate_flights')
assert.ok(records.some(({ reason_code }) => reason_code === 'passport_revoked'))
console.log(`${records.length} decisions in one chain`)
