import { encodeBase64 } from '../crypto/base64.ts'
import { canonicalJson } from '../crypto/canonical-json.ts'
import { signEd25519 } from '../crypto/ed25519.ts'
import { utf8Bytes } from '../crypto/utf8.ts'
import { formatTimestamp } from '../time.ts'
import { deriveSelfAgentId, selfIssuerId } from './agent-id.ts'
import { envelopeWriter } from './canonical-envelope.ts'
import { type Envelope, MAX_CANONICAL_ENVELOPE_BYTES, type PassportPermission } from './envelope.ts'
import type { JsonValue } from './json.ts'
import { parseEnvelope } from './parse-envelope.ts'
import { isPublicKeyText } from './signature-check.ts'

/** An envelope with its signature. */
export interface SignedPassport {
  readonly envelope: Envelope
  /** The exact text that was signed. */
  readonly passport_json: string
  /** Standard base64 of 64 bytes. */
  readonly signature: string
}

/** What every kind of passport says. Times are Unix milliseconds. */
export interface PassportClaims {
  /** Standard base64 of the holder's 32-byte public key. */
  readonly publicKey: string
  readonly permissions: readonly PassportPermission[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly delegationAuthority?: boolean
  readonly verificationEvidence?: readonly JsonValue[]
}

export interface SelfIssuedClaims extends PassportClaims {
  /** 32 random hex digits. */
  readonly passportId: string
  readonly identityClaim: string | null
}

export interface GateClaims extends PassportClaims {
  readonly passportId: string
  readonly agentId: string
  readonly agentName: string | null
  /** The gate, or the issuer (`platform`), and the key that will sign. */
  readonly issuer: { readonly type: 'gate' | 'platform'; readonly id: string; readonly key_id: string }
  /** The published catalog that the passport is pinned to. */
  readonly catalog?: { readonly version: number; readonly content_hash: string } | null
}

/** An envelope that its holder signs. Throws a `TypeError` for claims that make no envelope. */
export function buildSelfIssuedEnvelope(claims: SelfIssuedClaims): Envelope {
  assertPublicKey(claims.publicKey)
  return toEnvelope({
    schema_version: 2,
    passport_id: `pp_self_${assertRandomHex(claims.passportId)}`,
    identity: {
      agent_id: deriveSelfAgentId(claims.publicKey),
      agent_name: claims.identityClaim,
      public_key: claims.publicKey,
    },
    permissions: claims.permissions,
    provenance: {
      issuer: { type: 'self', id: selfIssuerId(claims.publicKey), key_id: 'self' },
      gate_id: null,
      catalog_content_hash: null,
      catalog_version: null,
      delegation_chain: null,
      issued_at: formatTimestamp(claims.issuedAt),
      expires_at: formatTimestamp(claims.expiresAt),
    },
    delegation_authority: claims.delegationAuthority ?? false,
    verification_evidence: claims.verificationEvidence ?? [],
  })
}

/** An envelope that a gate or an issuer signs. Throws a `TypeError` for claims that make no envelope. */
export function buildGateEnvelope(claims: GateClaims): Envelope {
  const { issuer, catalog } = claims
  assertPublicKey(claims.publicKey)
  return toEnvelope({
    schema_version: 2,
    passport_id: claims.passportId,
    identity: { agent_id: claims.agentId, agent_name: claims.agentName, public_key: claims.publicKey },
    permissions: claims.permissions,
    provenance: {
      issuer: { type: issuer.type, id: issuer.id, key_id: issuer.key_id },
      gate_id: issuer.type === 'gate' ? issuer.id : null,
      catalog_content_hash: catalog?.content_hash ?? null,
      catalog_version: catalog?.version ?? null,
      delegation_chain: null,
      issued_at: formatTimestamp(claims.issuedAt),
      expires_at: formatTimestamp(claims.expiresAt),
    },
    delegation_authority: claims.delegationAuthority ?? false,
    verification_evidence: claims.verificationEvidence ?? [],
  })
}

/** Signs with a 32-byte seed. Throws as {@link signEnvelopeWith} does. */
export function signEnvelope(envelope: Envelope, seed: Uint8Array): SignedPassport {
  return signEnvelopeWith(envelope, (message) => signEd25519(message, seed))
}

/**
 * Signs with a key that stays with its owner. Throws a `RangeError` beginning with `envelope_too_large` over the size
 * limit, and a `TypeError` or `CanonicalizationError` for what is no envelope.
 */
export function signEnvelopeWith(
  envelope: Envelope,
  sign: (message: Uint8Array) => Uint8Array,
): SignedPassport {
  const checked = toEnvelope(envelope)
  const writer = envelopeWriter()
  const size = writer.excess(checked, MAX_CANONICAL_ENVELOPE_BYTES)
  if (size !== undefined) {
    throw new RangeError(
      `envelope_too_large: canonical envelope is ${size} bytes, max ${MAX_CANONICAL_ENVELOPE_BYTES}`,
    )
  }
  const passport_json = writer.text(checked)
  return { envelope: checked, passport_json, signature: encodeBase64(sign(utf8Bytes(passport_json))) }
}

/**
 * Copies a draft into an envelope. Throws a `CanonicalizationError`, which knows the path, for values that JSON cannot
 * say, and a `TypeError` for any other shape.
 */
export function toEnvelope(draft: Envelope): Envelope {
  canonicalJson(draft)
  const parsed = parseEnvelope(draft)
  if (!parsed.ok) throw new TypeError(`${parsed.reason_code}: ${parsed.detail}`)
  return parsed.envelope
}

export function assertPublicKey(text: string): void {
  if (!isPublicKeyText(text)) throw new TypeError('the public key is not standard base64 of 32 bytes')
}

export function assertRandomHex(text: string): string {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new TypeError('a passport id needs 32 random hex digits')
  return text
}
