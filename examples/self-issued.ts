/**
 * An agent without an account: it makes its own passport, gives part of it to another agent, and revokes it. Only the
 * gate's owner has an API key. It expects a server without gates.
 *
 *     MODEI_API_KEY=mod_live_… MODEI_API_URL=http://localhost:3000 node examples/self-issued.ts
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { ModeiClient } from 'modei'
import {
  AgentCredentials,
  DelegationBuilder,
  PassportIssuer,
  PassportVerifier,
  type SignedPassport,
  signAssertion,
} from 'modei/passport'

const baseUrl = process.env.MODEI_API_URL ?? 'http://localhost:3000'

// The owner of the gate lets self-issued passports in.
const owner = new ModeiClient({ baseUrl })
await owner.createGate({ name: 'Library', gate_id: 'gate_library', allow_self_issued: true })

// The agent makes an identity and a passport, offline. `modei/credentials` keeps the key in a file.
const agent = AgentCredentials.generate()
const passport = new PassportIssuer(agent, { identityClaim: 'librarian' }).selfIssue({
  permissions: [
    { permission_key: 'books:read' },
    { permission_key: 'books:borrow', constraints: { max_per_action_cost: 500 } },
  ],
  expiresIn: '24h',
  delegationAuthority: true,
})

// It gives part of it to another agent, less and for shorter.
const helper = AgentCredentials.generate()
const child = new DelegationBuilder({ parent: passport, parentCredentials: agent })
  .authorize(helper)
  .withIdentityClaim('helper')
  .withPermissions([{ permission_key: 'books:borrow', constraints: { max_per_action_cost: 100 } }])
  .withExpiry({ expiresIn: '1h' })
  .sign()

// Anybody verifies both without a network; one changed character is noticed.
const verifier = new PassportVerifier()
const verdict = verifier.verify(child.passport_json, child.signature)
assert(verdict.valid)
assert.equal(verdict.chain.length, 1)
const forged = verifier.verify(child.passport_json.replace('100', '900'), child.signature)
assert.equal(forged.valid, false)
console.log('verified offline')

// Registered, its id is enough. Neither registering nor checking needs a key.
const stranger = new ModeiClient({ apiKey: null, baseUrl })
const { passport_json, signature } = passport
const registered = await stranger.registerPassport({ passport_json, signature })
assert.equal(registered.agent_id, agent.agentId)
const check = await stranger.checkGate('gate_library', {
  action: 'books:read',
  passport_id: registered.passport_id,
})
assert.equal(check.allowed, true)
console.log('checked without a key')

// To spend, the holder proves that the passport is its own: it signs this one request.
function request(held: SignedPassport, key: AgentCredentials, cost_cents: number) {
  const action = 'books:borrow'
  const assertion = signAssertion(
    {
      passport_id: held.envelope.passport_id,
      gate_id: 'gate_library',
      action,
      cost_cents,
      nonce: randomUUID(),
      timestamp: new Date().toISOString(),
    },
    key.privateKey,
  )
  const { passport_json, signature } = held
  return { passport: { passport_json, signature }, assertion, action, cost_cents }
}

const borrowed = await owner.enforceAction(request(child, helper, 90))
assert.equal(borrowed.decision, 'PERMIT')
const tooMuch = await owner.enforceAction(request(child, helper, 101))
assert.equal(tooMuch.decision, 'BLOCK')
console.log(borrowed.decision, tooMuch.decision)

// Whoever shows another's passport cannot prove to hold it.
const stolen = await owner.enforceAction(request(child, AgentCredentials.generate(), 90))
assert.equal(stolen.blocked_by, 'assertion_mismatch')

// The agent revokes its passport with its own key, and with it all that was given from it.
const statement = signAssertion(
  {
    passport_id: registered.passport_id,
    action: 'revoke',
    nonce: randomUUID(),
    revoked_at: new Date().toISOString(),
  },
  agent.privateKey,
)
assert.equal((await stranger.revokeSelfIssuedPassport(registered.passport_id, statement)).status, 'revoked')
const late = await owner.enforceAction(request(child, helper, 1))
assert.equal(late.decision, 'BLOCK')
console.log(late.blocked_by)
