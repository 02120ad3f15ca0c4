/**
 * The first minutes with Modei, from TypeScript. It expects a server without gates.
 *
 *     MODEI_API_KEY=mod_live_… MODEI_API_URL=http://localhost:3000 node examples/quickstart.ts
 */
import { ModeiClient, verifyAttestationSignature } from 'modei'

const client = new ModeiClient({ baseUrl: process.env.MODEI_API_URL ?? 'http://localhost:3000' })

// A gate stands in front of what agents want to use.
const gate = await client.createGate({ name: 'Flights', gate_id: 'gate_flights' })

// A passport says what one agent may do there, and within which limits.
const passport = await client.issuePassport(gate.gate_id, {
  agent_id: 'agent-001',
  permissions: ['flights:search', 'flights:book'],
  constraints: { 'core:cost:max_cumulative': 1500, 'core:cost:approval_threshold': 600 },
  expires_in: '7d',
})

// A check asks whether the passport carries the permission; it reads no counters.
const check = await client.checkGate(gate.gate_id, {
  action: 'flights:search',
  passport_id: passport.passport_id,
})
console.log(check.allowed) // true

// Enforcing decides within the limits, and records the decision before it is answered.
async function book(cost_cents: number) {
  return client.enforceAction({ passport_id: passport.passport_id, action: 'flights:book', cost_cents })
}

console.log((await book(500)).decision) // PERMIT
console.log((await book(700)).decision) // SUSPEND: a person has to approve it, and 700 cents are reserved until then

const blocked = await book(501)
console.log(blocked.decision) // BLOCK
console.log(blocked.block_reason)

// Every decision is signed. Nobody has to believe the server: the gate's public key is enough.
const record = await client.getEnforcementAttestation(blocked.attestation_id)
const { signing_keys } = await client.getGatePublic(gate.gate_id)
const key = signing_keys.find(({ key_id }) => key_id === record.signing_key_id)
console.log(verifyAttestationSignature(record.attestation_json, record.signature, key?.public_key ?? '')) // true
