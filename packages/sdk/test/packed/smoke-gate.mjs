// The local gate, over a network that this file answers, on whatever runtime runs it.
import { ModeiClient } from 'modei'
import { expressGuard, honoGuard, LocalGate } from 'modei/gate'
import { AgentCredentials, PassportIssuer, passportHeaders } from 'modei/passport'

function check(condition, guarantee) {
  if (!condition) throw new Error(`not so: ${guarantee}`)
}

const client = new ModeiClient({
  apiKey: 'mod_test_smoke',
  baseUrl: 'http://gate.invalid',
  retries: 0,
  fetch: async () => new Response('{}', { status: 503 }),
})
const gate = new LocalGate({ client, gateId: 'gate_shop' })
const signed = new PassportIssuer(AgentCredentials.generate()).selfIssue({
  permissions: [{ permission_key: 'read' }],
  expiresIn: 60,
})
const headers = new Headers(passportHeaders(signed))

let failure
await gate.start().catch((error) => {
  failure = error
})
check(failure?.statusCode === 503, 'a gate that cannot be read does not start')
const refused = await gate.decide({ action: 'read' })
check(!refused.allowed && !refused.known, 'what cannot be told is refused')

const context = { req: { header: (name) => headers.get(name) ?? undefined } }
const answer = await honoGuard(gate, { action: 'read' })(context, async () => check(false, 'nothing runs'))
check(answer.status === 503, 'a guard answers that it cannot tell')

let status
const response = {
  setHeader() {},
  end() {
    status = this.statusCode
  },
}
await expressGuard(gate, { action: 'read' })({ headers: {} }, response, () => check(false, 'nothing runs'))
check(status === 503, 'a guard for Express answers too')
await gate.close()
