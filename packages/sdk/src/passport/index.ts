export { canonicalizeStrict } from '@modei/protocol/crypto/canonical-json'
export { CanonicalizationError } from '@modei/protocol/crypto/canonicalization-error'
export type { CanonicalDecision as Decision } from '@modei/protocol/decision-words'
export { deriveSelfAgentId, SELF_AGENT_ID_PREFIX, selfIssuerId } from '@modei/protocol/passports/agent-id'
export {
  type ActionAssertion,
  type RevokeAssertion,
  type SignedAssertion,
  signAssertion,
} from '@modei/protocol/passports/assertion'
export {
  type DelegationChainEntry,
  type Envelope,
  type EnvelopeIssuer,
  type IssuerType,
  MAX_CANONICAL_ENVELOPE_BYTES,
  MAX_DELEGATION_DEPTH,
  type PassportIdentity,
  type PassportPermission,
  type PassportProvenance,
} from '@modei/protocol/passports/envelope'
export type { SignedPassport } from '@modei/protocol/passports/issue'
export type { JsonObject, JsonValue } from '@modei/protocol/passports/json'
export {
  combineKeySets,
  gateKeySet,
  type KeyOwner,
  type KeySet,
  keySetOf,
  type SignerKey,
} from '@modei/protocol/passports/key-set'
export { type EnvelopeParse, parseEnvelope } from '@modei/protocol/passports/parse-envelope'
export {
  PASSPORT_VERIFY_REASON_CODES,
  type PassportVerifyReasonCode,
} from '@modei/protocol/passports/reasons'
export {
  type RevocationList,
  type RevocationListVerification,
  type SignedRevocationList,
  verifyRevocationList,
} from '@modei/protocol/passports/revocation-list'
export { deriveTier, TrustTier, tierRank } from '@modei/protocol/passports/tier'
export type { PassportVerification } from '@modei/protocol/passports/verification'
export { ModeiError } from '../errors.ts'
export { AgentCredentials, type AgentCredentialsInit } from './agent-credentials.ts'
export {
  DelegationBuilder,
  type DelegationBuilderOptions,
  type ParentPassport,
} from './delegation-builder.ts'
export {
  DelegationAuthorityMissingError,
  DelegationChainTooDeepError,
  DelegationError,
  DelegationSubsetError,
} from './errors.ts'
export type { Expiry } from './expiry.ts'
export { PassportIssuer, type PassportIssuerOptions, type SelfIssueOptions } from './issuer.ts'
export { passportHeaders } from './passport-headers.ts'
export type { PermissionGrant } from './permissions.ts'
export { PassportVerifier, type VerifyOptions } from './verifier.ts'
