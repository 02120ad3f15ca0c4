/** Every code that a request which could not be processed can answer. `docs/errors.md` explains each. */
export const ERROR_CODES = [
  'malformed_json',
  'request_invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'already_exists',
  'nonce_already_used',
  'illegal_transition',
  'terms_changed',
  'issuer_key_external',
  'issuer_id_mismatch',
  'passport_not_active',
  'passport_invalid',
  'constraint_loosens_grant',
  'nothing_to_publish',
  'body_too_large',
  'unsupported_media_type',
  'idempotency_conflict',
  'idempotency_in_flight',
  'rate_limited',
  'internal',
  'unavailable',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export interface FieldError {
  /** RFC 6901 pointer into the request: `/body/…`, `/query/…` or `/params/…`. */
  pointer: string
  message: string
}

export interface ModeiProblemOptions {
  errors?: readonly FieldError[]
  /** Seconds after which a retry can succeed. */
  retryAfter?: number
  /** Public, closed extra members of the problem document (such as `required_scope`). */
  extra?: Readonly<Record<string, unknown>>
  cause?: unknown
}

/**
 * A request that could not be processed. `message` is public; private detail goes in `cause`.
 * A refused decision is never one of these.
 */
export class ModeiProblem extends Error {
  override readonly name = 'ModeiProblem'
  readonly code: ErrorCode
  readonly errors: readonly FieldError[] | undefined
  readonly retryAfter: number | undefined
  readonly extra: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, options: ModeiProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.errors = options.errors
    this.retryAfter = options.retryAfter
    this.extra = options.extra
  }
}
