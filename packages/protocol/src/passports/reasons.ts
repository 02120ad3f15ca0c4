/** Every reason for which a passport is refused as evidence, in the order in which the Python package lists them. */
export const PASSPORT_VERIFY_REASON_CODES = [
  'invalid_envelope_shape',
  'unsupported_schema_version',
  'signature_malformed',
  'signature_invalid',
  'public_key_malformed',
  'signature_key_unavailable',
  'unsupported_issuer_type',
  'envelope_too_large',
  'delegation_chain_too_deep',
  'delegation_chain_invalid_root',
  'delegation_authority_missing',
  'permission_elevation_in_chain',
  'expiry_extension_in_chain',
  'assertion_mismatch',
  'missing_assertion',
  'passport_not_found',
  'passport_expired',
  'trust_tier_insufficient',
  'inline_expires_at_out_of_range',
  'inline_envelope_rate_limited',
  'invalid_passport_reference',
  'passport_revoked',
  'self_issued_platform_ceiling_exceeded',
] as const

export type PassportVerifyReasonCode = (typeof PASSPORT_VERIFY_REASON_CODES)[number]
