export { computeContentHash, verifyContentHash } from '@modei/protocol/crypto/canonical-json'
export { CanonicalizationError } from '@modei/protocol/crypto/canonicalization-error'
export { verifyEd25519 } from '@modei/protocol/crypto/ed25519'
export type { ApiVersion } from '@modei/protocol/decision-words'
export type { ErrorCode, FieldError } from '@modei/protocol/errors'
export type { CallAnswer, CallArguments, CallId, PagedCallId, StreamedCallId } from './caller.ts'
export { ModeiClient } from './client.ts'
export type { ClientErrorCode, ModeiErrorCode } from './errors.ts'
export {
  AuthenticationError,
  AuthorizationError,
  ConflictError,
  ModeiError,
  NotFoundError,
  RateLimitError,
  ValidationError,
} from './errors.ts'
export { verifyAttestationSignature } from './offline.ts'
export type { CheckpointVerdict, LogBeginning, LogKeys, VerifiedCheckpoint } from './offline-log.ts'
export {
  verifyCheckpoint,
  verifyCheckpointConsistency,
  verifyLogBeginning,
  verifyRecordInclusion,
} from './offline-log.ts'
export type { CallOptions, Fetch, ModeiClientOptions } from './options.ts'
export type * from './wire.ts'
