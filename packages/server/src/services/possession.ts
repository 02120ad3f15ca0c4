import type { Credential, Refusal } from '@modei/core'
import { type SignedAssertion, verifyAssertion } from '@modei/protocol'
import type { LiveFacts, Nonce } from '../store/store.ts'
import type { PresentedPassport } from './presented-passport.ts'

export interface AssertionInput {
  assertion_json: Readonly<Record<string, unknown>>
  assertion_signature: SignedAssertion['assertion_signature']
}

/** What a request proved of holding the passport's key, apart from whether its nonce is new. */
export interface Possession {
  nonce: Nonce | null
  /** The verdict within the decision, where it is known which nonces were used. */
  judge(facts: LiveFacts): Credential['possession']
}

export interface AssertedRequest {
  gate_id: string | null
  action: string
  target?: string | undefined
  cost_cents?: number | undefined
}

/** Verifies the assertion of a request, when it carries one. One given and bad is refused, never ignored. */
export async function provePossession(
  passport: PresentedPassport,
  request: AssertedRequest,
  assertion: AssertionInput | undefined,
  /** `now` is asked only when there is an assertion: on PostgreSQL it is a query. */
  options: { required: boolean; now: () => Promise<number> },
): Promise<Possession> {
  if (assertion === undefined) {
    const missing: Refusal = {
      reason: 'missing_assertion',
      detail: 'a passport presented inline needs an assertion by its own key',
    }
    return { nonce: null, judge: () => (options.required ? missing : 'absent') }
  }
  const verified = verifyAssertion(assertion, {
    now: await options.now(),
    publicKey: passport.identity_key,
    expected: {
      passport_id: passport.passport_id,
      gate_id: request.gate_id,
      action: request.action,
      target: request.target ?? null,
      cost_cents: request.cost_cents ?? null,
    },
  })
  if (!verified.ok) {
    const refusal: Refusal = { reason: verified.reason_code, detail: verified.detail }
    return { nonce: null, judge: () => refusal }
  }
  const nonce: Nonce = {
    scope: `assertion ${passport.sequence_key}`,
    nonce: verified.assertion.nonce,
    expires_at: verified.freshUntil,
  }
  return {
    nonce,
    judge: (facts) =>
      facts.nonceUsed(nonce.scope, nonce.nonce)
        ? { reason: 'assertion_mismatch', detail: 'the nonce of the assertion was used before' }
        : 'proved',
  }
}
