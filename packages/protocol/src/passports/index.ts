export { deriveSelfAgentId, SELF_AGENT_ID_PREFIX, selfIssuerId } from './agent-id.ts'
export {
  type ActionAssertion,
  ASSERTION_WINDOW_MS,
  type AssertionTime,
  type AssertionVerification,
  type ExpectedAction,
  type RevokeAssertion,
  type SignedAssertion,
  signAssertion,
  verifyAssertion,
  verifyRevokeAssertion,
} from './assertion.ts'
export { canonicalEnvelope } from './canonical-envelope.ts'
export { MAX_CLOCK_SKEW_MS } from './chain-rules.ts'
export {
  buildDelegatedEnvelope,
  type ClampedExpiry,
  clampExpiry,
  type DelegationBuild,
  type DelegationClaims,
  type DelegationRefusal,
} from './delegate.ts'
export {
  type DelegationChainEntry,
  type Envelope,
  type EnvelopeIssuer,
  ISSUER_TYPES,
  type IssuerType,
  MAX_CANONICAL_ENVELOPE_BYTES,
  MAX_DELEGATION_DEPTH,
  type PassportIdentity,
  type PassportPermission,
  type PassportProvenance,
} from './envelope.ts'
export { findForeignId } from './identity.ts'
export {
  buildGateEnvelope,
  buildSelfIssuedEnvelope,
  type GateClaims,
  type PassportClaims,
  type SelfIssuedClaims,
  type SignedPassport,
  signEnvelope,
  signEnvelopeWith,
} from './issue.ts'
export { type JsonValue, jsonEquals } from './json.ts'
export {
  combineKeySets,
  gateKeySet,
  isTrustedKey,
  type KeyOwner,
  type KeySet,
  keySetOf,
  type SignerKey,
} from './key-set.ts'
export { type EnvelopeParse, parseEnvelope } from './parse-envelope.ts'
export { PASSPORT_VERIFY_REASON_CODES, type PassportVerifyReasonCode } from './reasons.ts'
export {
  type RevocationEntry,
  type RevocationList,
  type RevocationListFault,
  type RevocationListVerification,
  type SignedRevocationList,
  signRevocationList,
  type VerifyRevocationListOptions,
  verifyRevocationList,
} from './revocation-list.ts'
export {
  findShortConstraint,
  SHORT_CONSTRAINTS,
  type ShortConstraint,
  type Tightening,
  tighteningOf,
} from './short-names.ts'
export { findWidening, type Widening } from './subset.ts'
export { deriveTier, TrustTier, tierRank } from './tier.ts'
export type { PassportRefusal, PassportVerification } from './verification.ts'
export { type VerifyPassportOptions, verifyPassport } from './verify.ts'
