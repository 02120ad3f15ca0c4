import { canonicalizeStrict, decodeBase64Strict, ModeiProblem, verifyEd25519 } from '@modei/protocol'
import type { Nonce, Row } from '../store/store.ts'
import type { PresentedPassport } from './presented-passport.ts'

/** Proof by the passport's own key that the agent made a call, so that a gate cannot bill what was never used. */
export interface AgentPop {
  signature: string
  public_key: string
  /** Unix milliseconds. */
  timestamp: number
  nonce: string
  catalog_content_hash: string
  request_payload_hash?: string | null | undefined
}

export interface ProvedUse {
  nonce: Nonce
  /** When the agent says that it made the call, Unix milliseconds; within 5 minutes of now. */
  at: number
  /** What goes into the signed record: enough to verify the agent's signature again. */
  signed: Readonly<Record<string, unknown>>
}

const WINDOW_MS = 300_000

export interface UsedRequest {
  passport_id: string
  gate_id: string
  action: string
  quantity: number
  agent_pop?: AgentPop | undefined
  request_payload_hash?: string | undefined
}

/** Verifies the proof of a use, when there is one. An L3 gate needs it. Whether its nonce is new is known later. */
export function proveUse(
  passport: PresentedPassport,
  profile: Row<'gates'>['profile'],
  request: UsedRequest,
  now: number,
): ProvedUse | null {
  const { agent_pop: pop } = request
  if (pop === undefined) {
    if (profile === 'L3') throw refused('', 'an L3 gate needs proof that the agent made the call')
    return null
  }
  const message = {
    passport_id: request.passport_id,
    gate_id: request.gate_id,
    action: request.action,
    quantity: request.quantity,
    timestamp: pop.timestamp,
    nonce: pop.nonce,
    catalog_content_hash: pop.catalog_content_hash,
    request_payload_hash: pop.request_payload_hash ?? null,
  }
  if (pop.public_key !== passport.identity_key) throw refused('/public_key', 'is not the key of the passport')
  if (!(Math.abs(now - pop.timestamp) <= WINDOW_MS))
    throw refused('/timestamp', 'is more than 5 minutes away')
  if (passport.catalog_pin !== null && pop.catalog_content_hash !== passport.catalog_pin.content_hash) {
    throw refused('/catalog_content_hash', 'is not that of the pinned catalog')
  }
  if ((pop.request_payload_hash ?? null) !== (request.request_payload_hash ?? null)) {
    throw refused('/request_payload_hash', 'is not that of the request')
  }
  const key = decodeBase64Strict(pop.public_key)
  const signature = decodeBase64Strict(pop.signature)
  if (
    key === undefined ||
    signature === undefined ||
    !verifyEd25519(key, canonicalizeStrict(message), signature)
  ) {
    throw refused('/signature', 'does not verify under the key of the passport')
  }
  return {
    at: pop.timestamp,
    nonce: {
      scope: `use ${passport.sequence_key}`,
      nonce: pop.nonce,
      expires_at: pop.timestamp + WINDOW_MS,
    },
    signed: { ...message, public_key: pop.public_key, signature: pop.signature },
  }
}

function refused(member: string, message: string): ModeiProblem {
  return new ModeiProblem('request_invalid', `\`agent_pop${member.replace('/', '.')}\` ${message}`, {
    errors: [{ pointer: `/body/agent_pop${member}`, message }],
  })
}
