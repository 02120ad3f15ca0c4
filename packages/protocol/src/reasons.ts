import type { PassportVerifyReasonCode } from './passports/reasons.ts'

/**
 * Why a decision came out as it did, beyond the codes of passport verification and those that belong to one
 * constraint type. Travels in a 200; a request that could not be processed has an error code instead.
 */
export const REASON_CODES = [
  'permission_not_granted',
  'permission_not_in_catalog',
  'issuer_untrusted',
  'issuer_revoked',
  'signing_key_compromised',
  'catalog_pin_mismatch',
  'catalog_version_unknown',
  'terms_mismatch',
  'anonymous_not_allowed',
  'anonymous_action_blocked',
  'anonymous_action_not_allowed',
  'anonymous_read_only',
  'anonymous_rate_limited',
  'constraint_unknown',
  'constraint_unreadable',
  'constraint_failed',
  'usage_unavailable',
  'approval_unknown',
  'approval_mismatch',
  'approval_denied',
  'approval_expired',
  'approval_used',
  'holds_too_many',
] as const

export type ReasonCode = PassportVerifyReasonCode | (typeof REASON_CODES)[number]

/** Each reason as a sentence for people. */
export const REASONS: Readonly<Record<ReasonCode, string>> = {
  invalid_envelope_shape:
    'The envelope lacks a member, has an unknown one, or holds a value of the wrong type.',
  unsupported_schema_version: 'The envelope is of a version that is not known here.',
  signature_malformed: 'The signature is not strict base64 of a well-formed Ed25519 signature.',
  signature_invalid: 'The signature does not verify over the canonical envelope with the key of its issuer.',
  public_key_malformed: 'A public key is not strict base64 of a well-formed Ed25519 key.',
  signature_key_unavailable: 'The key that the issuer names is not known, so nothing can be verified.',
  unsupported_issuer_type: 'The issuer is of a type that is not known, or that may not stand there.',
  envelope_too_large: 'The canonical envelope, or a link of its chain, is larger than 65,536 bytes.',
  delegation_chain_too_deep: 'The delegation chain has more than five links.',
  delegation_chain_invalid_root: 'The chain does not start with a passport that was itself not delegated.',
  delegation_authority_missing: 'A link of the chain was not allowed to delegate.',
  permission_elevation_in_chain:
    'A delegated passport grants more, or is bound less tightly, than the one above it.',
  expiry_extension_in_chain: 'A delegated passport lasts longer than the one above it.',
  assertion_mismatch:
    'The proof of possession does not verify, is not fresh, was used before, or speaks of another request.',
  missing_assertion: "The request needs an assertion signed by the passport's own key and carries none.",
  passport_not_found: 'There is no such passport here.',
  passport_expired: 'The passport, or one above it in its chain, has expired.',
  trust_tier_insufficient: 'The action needs a higher level of trust than the passport has.',
  inline_expires_at_out_of_range: 'A passport presented inline may last 30 days at most.',
  inline_envelope_rate_limited: 'Too many envelopes were presented inline under this identity key.',
  invalid_passport_reference: 'The request names no passport, or names it in two ways.',
  passport_revoked: 'The passport, or one above it in its chain, was revoked.',
  self_issued_platform_ceiling_exceeded: 'This identity key has used up its decisions of the hour.',
  permission_not_granted: 'The passport does not grant the action.',
  permission_not_in_catalog: "The action is not in the gate's catalog that applies to the passport.",
  issuer_untrusted:
    "The gate does not accept passports of this issuer: another gate's, an untrusted issuer's, or self-issued.",
  issuer_revoked: 'The issuer of the passport was revoked, and with it all that it issued.',
  signing_key_compromised: 'The key that signed the passport was declared compromised.',
  catalog_pin_mismatch: 'The hash of the catalog in the passport is not that of the published version.',
  catalog_version_unknown: 'The gate never published the catalog version that the passport is pinned to.',
  terms_mismatch: 'A price, fee or service level in the passport differs from its pinned catalog version.',
  anonymous_not_allowed: 'The gate admits nobody without a passport.',
  anonymous_action_blocked: 'The gate blocks this action for callers without a passport.',
  anonymous_action_not_allowed: 'The gate does not list this action for callers without a passport.',
  anonymous_read_only: 'Callers without a passport may only read, and the action changes something.',
  anonymous_rate_limited: 'This address has used up its requests without a passport.',
  constraint_unknown: 'A constraint has a key that is not known here, so it cannot be kept.',
  constraint_unreadable: 'The value of a constraint cannot be read, so it cannot be kept.',
  constraint_failed: 'A constraint could not be evaluated.',
  usage_unavailable: 'A constraint needs to know what was used before, and that is not known.',
  approval_unknown: 'There is no such approval for this passport.',
  approval_mismatch: 'The approval was given for another request.',
  approval_denied: 'A person denied the request.',
  approval_expired: 'Nobody approved the request in time, or the approval was not used in time.',
  approval_used: 'The approval has let its one request pass already.',
  holds_too_many: 'Too many actions of this passport already wait for approval.',
}
