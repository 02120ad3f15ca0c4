import { randomBytes } from 'node:crypto'
import type { Assertion } from 'modei'
import { type AgentCredentials, signAssertion } from 'modei/passport'
import type { GateRequest } from './gate-request.ts'

/** Says for one request, and for no other, that the holder of the passport makes it. */
export type Prove = (request: GateRequest) => Assertion

/** Signs with the passport's own key. Each assertion has a nonce of its own, so that none serves twice. */
export function holderOf(
  credentials: AgentCredentials,
  passport_id: string,
  gate_id: string | undefined,
): Prove {
  return ({ action, target, cost_cents }) => {
    const { assertion_json, assertion_signature } = signAssertion(
      {
        passport_id,
        gate_id: gate_id ?? null,
        action,
        target: target ?? null,
        cost_cents: cost_cents ?? null,
        nonce: randomBytes(16).toString('hex'),
        timestamp: new Date().toISOString(),
      },
      credentials.privateKey,
    )
    return { assertion_json: { ...assertion_json }, assertion_signature }
  }
}
