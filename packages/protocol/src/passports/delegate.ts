import { formatTimestamp, parseAnsweredTimestamp } from '../time.ts'
import { delegateIssuerId, deriveSelfAgentId } from './agent-id.ts'
import { envelopeWriter } from './canonical-envelope.ts'
import { findLooseLink, inheritedPin } from './chain-rules.ts'
import { findStructureFault } from './chain-structure.ts'
import type { DelegationChainEntry, Envelope } from './envelope.ts'
import { assertPublicKey, assertRandomHex, type PassportClaims, toEnvelope } from './issue.ts'
import type { PassportVerifyReasonCode } from './reasons.ts'
import { findExtension, findWidening, type Widening } from './subset.ts'
import { lineOf } from './verification.ts'

/** What the holder of a passport gives to another agent. */
export interface DelegationClaims extends Omit<PassportClaims, 'expiresAt'> {
  /** 32 random hex digits. */
  readonly passportId: string
  readonly identityClaim: string | null
  /** Unix milliseconds; cut to the parent's, which is also what an absent one means. */
  readonly expiresAt?: number | undefined
}

/** Why a delegation would not verify. */
export interface DelegationRefusal {
  readonly code: PassportVerifyReasonCode
  readonly detail: string
  /** The number of links that a leaf below this parent would carry. */
  readonly chainLength: number
  /** What would be granted too much, or for too long. */
  readonly widening?: Widening
}

export type DelegationBuild =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly refusal: DelegationRefusal }

export interface ClampedExpiry {
  readonly expires_at: string
  readonly wasClamped: boolean
}

/**
 * The end that a child of `parent` has when `requestedAt` is asked for: not later than the parent's, which is not later
 * than any above it.
 */
export function clampExpiry(parent: Envelope, requestedAt: number | undefined): ClampedExpiry {
  const latest = parent.provenance.expires_at
  if (requestedAt === undefined) return { expires_at: latest, wasClamped: false }
  // Compared as numbers: a year beyond 9999 would sort before every other as text.
  return requestedAt > (parseAnsweredTimestamp(latest) ?? Number.NEGATIVE_INFINITY)
    ? { expires_at: latest, wasClamped: true }
    : { expires_at: formatTimestamp(requestedAt), wasClamped: false }
}

/**
 * The envelope that the holder of `parent` signs for another agent, or why it would not verify. It is judged by the
 * verifier's own rules. Throws as the other builders do for claims that make no envelope.
 */
export function buildDelegatedEnvelope(
  parent: { readonly envelope: Envelope; readonly signature: string },
  claims: DelegationClaims,
): DelegationBuild {
  assertPublicKey(claims.publicKey)
  const above = toEnvelope(parent.envelope)
  const chain = [
    ...(above.provenance.delegation_chain ?? []),
    { passport_json: above, signature: parent.signature },
  ]
  const envelope = toEnvelope(draftChild(above, chain, claims))
  const fault = findDelegationFault(envelope)
  return fault === undefined
    ? { ok: true, envelope }
    : { ok: false, refusal: { ...fault, chainLength: chain.length } }
}

function draftChild(
  parent: Envelope,
  chain: readonly DelegationChainEntry[],
  claims: DelegationClaims,
): Envelope {
  const root = chain[0]?.passport_json ?? parent
  return {
    schema_version: 2,
    passport_id: `pp_delegate_${assertRandomHex(claims.passportId)}`,
    identity: {
      agent_id: deriveSelfAgentId(claims.publicKey),
      agent_name: claims.identityClaim,
      public_key: claims.publicKey,
    },
    permissions: claims.permissions,
    provenance: {
      issuer: {
        type: 'delegate',
        id: delegateIssuerId(root),
        key_id: parent.provenance.issuer.key_id,
      },
      ...inheritedPin(root),
      delegation_chain: chain,
      issued_at: formatTimestamp(claims.issuedAt),
      expires_at: clampExpiry(parent, claims.expiresAt).expires_at,
    },
    delegation_authority: claims.delegationAuthority ?? false,
    verification_evidence: claims.verificationEvidence ?? [],
  }
}

function findDelegationFault(leaf: Envelope): Omit<DelegationRefusal, 'chainLength'> | undefined {
  const structure = findStructureFault(leaf, envelopeWriter())
  if (structure !== undefined) return { code: structure.reason_code, detail: structure.detail }
  const line = lineOf(leaf, '')
  for (const [index, { label, envelope }] of line.entries()) {
    const above = line[index - 1]
    if (above === undefined) continue
    const pair = `${above.label}→${label}`
    const wider = findWidening(above.envelope, envelope)
    if (wider !== undefined) {
      return { code: 'permission_elevation_in_chain', detail: `${pair}: ${wider.detail}`, widening: wider }
    }
    const longer = findExtension(above.envelope, envelope)
    if (longer !== undefined) {
      return { code: 'expiry_extension_in_chain', detail: `${pair}: ${longer.detail}`, widening: longer }
    }
  }
  const loose = findLooseLink(line, leaf)
  return loose === undefined ? undefined : { code: loose.reason_code, detail: loose.detail }
}
