import type { JsonObject, JsonValue } from './json.ts'

/** Canonical bytes of one envelope, its own delegation chain counted as `null`. */
export const MAX_CANONICAL_ENVELOPE_BYTES = 65_536

/** Links above a leaf. */
export const MAX_DELEGATION_DEPTH = 5

export const ISSUER_TYPES = ['gate', 'platform', 'self', 'delegate'] as const
export type IssuerType = (typeof ISSUER_TYPES)[number]

/** Who signed. `id` and `key_id` name a key only for `gate` and `platform`; the other two carry theirs along. */
export interface EnvelopeIssuer {
  readonly type: IssuerType
  readonly id: string
  readonly key_id: string
}

export interface PassportIdentity {
  readonly agent_id: string
  readonly agent_name: string | null
  /** Standard base64 of the 32-byte Ed25519 key with which the holder proves possession and delegates. */
  readonly public_key: string
}

export interface PassportPermission {
  readonly permission_key: string
  readonly constraints: JsonObject
}

export interface DelegationChainEntry {
  readonly passport_json: Envelope
  readonly signature: string
}

export interface PassportProvenance {
  readonly issuer: EnvelopeIssuer
  readonly gate_id: string | null
  readonly catalog_content_hash: string | null
  readonly catalog_version: number | null
  /** Root first. */
  readonly delegation_chain: readonly DelegationChainEntry[] | null
  readonly issued_at: string
  readonly expires_at: string
}

/** The signed object, version 2. Wire names are used as they are: a layer that re-spells them would hide drift. */
export interface Envelope {
  readonly schema_version: 2
  readonly passport_id: string
  readonly identity: PassportIdentity
  readonly permissions: readonly PassportPermission[]
  readonly provenance: PassportProvenance
  readonly delegation_authority: boolean
  readonly verification_evidence: readonly JsonValue[]
}
