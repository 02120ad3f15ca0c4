import type { DelegationChainEntry, Envelope } from './envelope.ts'
import type { PassportVerifyReasonCode } from './reasons.ts'
import type { TrustTier } from './tier.ts'

/** What verifying a passport answers. */
export type PassportVerification =
  | {
      readonly valid: true
      readonly tier: TrustTier
      /** A copy that holds exactly what was signed. */
      readonly envelope: Envelope
      /** The links above it, root first; empty when it was not delegated. */
      readonly chain: readonly DelegationChainEntry[]
    }
  | PassportRefusal

export interface PassportRefusal {
  readonly valid: false
  readonly reason_code: PassportVerifyReasonCode
  readonly detail: string
  /** Present once every signature was good. */
  readonly tier?: TrustTier
}

export function refusePassport(reason_code: PassportVerifyReasonCode, detail: string): PassportRefusal {
  return { valid: false, reason_code, detail }
}

/** One envelope of a line of delegation, which runs from the root down to the leaf. */
export interface LineMember {
  /** `chain[0]`, …, `leaf`: how details name it. */
  readonly label: string
  readonly envelope: Envelope
  readonly signature: unknown
}

/** The chain of `leaf` and `leaf` itself, each with the signature over it. */
export function lineOf(leaf: Envelope, signature: unknown): readonly LineMember[] {
  const links = (leaf.provenance.delegation_chain ?? []).map((link, index) => ({
    label: `chain[${index}]`,
    envelope: link.passport_json,
    signature: link.signature,
  }))
  return [...links, { label: 'leaf', envelope: leaf, signature }]
}
