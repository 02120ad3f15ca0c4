/**
 * One settlement: every receipt of the period read, its signature and its place in the chain verified, priced, counted
 * once and signed, over HTTP. The yardstick is `crypto.verify` of as many texts of that size on one thread.
 *
 *     node bench/settlement.ts [receipts]
 */
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { temporaryServer } from '../tools/temporary-server.ts'
import { jsonCaller } from './support/json-caller.ts'
import { report } from './support/report.ts'

const RECEIPTS = Number(process.argv[2] ?? 10_000)
const AT_ONCE = 50
const RECEIPT_BYTES = 1000

await using server = await temporaryServer()
const call = jsonCaller(server.url, server.apiKey)
const gate_id = 'gate_bench'
await call('POST', '/api/gates', { name: 'Bench', gate_id })
await call('POST', `/api/gates/${gate_id}/catalog`, {
  permissions: [{ permission_key: 'flights:search', constraints: { 'core:pricing:per_call_cents': 3 } }],
})
await call('POST', `/api/gates/${gate_id}/catalog/publish`, {})
const { passport_id } = await call('POST', `/api/gates/${gate_id}/passports`, {
  agent_id: 'agent-1',
  permissions: ['flights:search'],
})
const use = { passport_id, gate_id, action: 'flights:search', outcome: 'success' }
let asked = 0
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (asked < RECEIPTS) {
      asked += 1
      await call('POST', '/api/consume', use)
    }
  }),
)

const today = new Date().toISOString().slice(0, 10)
const period = { gate_id, period_type: 'daily', period_start: today, period_end: today }
const began = performance.now()
const settled = await call('POST', '/api/billing', period)
const value = RECEIPTS / ((performance.now() - began) / 1000)
if (settled.total_transactions !== RECEIPTS || settled.total_cost_cents !== 3 * RECEIPTS) {
  throw new Error(`${settled.total_transactions} of ${RECEIPTS} receipts were settled`)
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const text = Buffer.alloc(RECEIPT_BYTES, 'x')
const signature = sign(null, text, privateKey)
const started = performance.now()
for (let i = 0; i < RECEIPTS; i += 1) verify(null, text, publicKey, signature)
const reference = RECEIPTS / ((performance.now() - started) / 1000)
console.table([
  { name: 'crypto.verify alone', 'per second': Math.round(reference) },
  { name: `a settlement of ${RECEIPTS} receipts`, 'per second': Math.round(value) },
])
report({ name: 'settlement', unit: 'receipts/s', value, reference })
