import type { ErrorCode, FieldError } from '@modei/protocol/errors'

/** Codes that this package gives itself, beside those that a server answers. */
export type ClientErrorCode =
  | 'api_key_missing'
  | 'api_key_malformed'
  | 'client_closed'
  | 'connection_failed'
  | 'timed_out'
  | 'unexpected_redirect'
  | 'invalid_response'
  | 'http_error'

/** The known codes; one that a newer server answers is kept as it is. */
export type ModeiErrorCode = ErrorCode | ClientErrorCode | (string & Record<never, never>)

export interface ModeiErrorDetails {
  code: ModeiErrorCode
  statusCode?: number | undefined
  body?: unknown
  requestId?: string | undefined
  retryAfter?: number | undefined
  errors?: readonly FieldError[] | undefined
  cause?: unknown
}

/**
 * A call that was not processed. A refused decision is never one of these: it is an answer.
 * The API key is in no member of it.
 */
export class ModeiError extends Error {
  override readonly name: string = 'ModeiError'
  /** HTTP status, where a server answered. */
  readonly statusCode: number | undefined
  /** Stable, such as `not_found`; branch on this and not on the message. */
  readonly code: ModeiErrorCode
  /** The answer as parsed JSON, where it was JSON. */
  readonly body: unknown
  /** `req_…`: what to quote when asking the server's operator. */
  readonly requestId: string | undefined
  /** Seconds after which a retry can succeed, where the server said so. */
  readonly retryAfter: number | undefined

  constructor(message: string, details: ModeiErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.statusCode = details.statusCode
    this.code = details.code
    this.body = details.body
    this.requestId = details.requestId
    this.retryAfter = details.retryAfter
  }
}

/** The API key is missing, unknown, expired or revoked (401). */
export class AuthenticationError extends ModeiError {
  override readonly name = 'AuthenticationError'
}

/** The API key lacks a scope, which `body.required_scope` names (403). */
export class AuthorizationError extends ModeiError {
  override readonly name = 'AuthorizationError'
}

/** Absent, or another workspace's (404). */
export class NotFoundError extends ModeiError {
  override readonly name = 'NotFoundError'
}

/** The resource is not in the expected state: taken id, reused nonce, illegal transition, changed terms (409). */
export class ConflictError extends ModeiError {
  override readonly name = 'ConflictError'
}

/** The request is not valid (400, 422), or an argument was refused before it was sent (no `statusCode`). */
export class ValidationError extends ModeiError {
  override readonly name = 'ValidationError'
  /** Every bad field at once. */
  readonly errors: readonly FieldError[]

  constructor(message: string, details: ModeiErrorDetails) {
    super(message, details)
    this.errors = details.errors ?? []
  }
}

/** Too many requests (429); `retryAfter` says when there is room again. */
export class RateLimitError extends ModeiError {
  override readonly name = 'RateLimitError'
}

const CLASS_BY_STATUS: ReadonlyMap<number, typeof ModeiError> = new Map<number, typeof ModeiError>([
  [400, ValidationError],
  [401, AuthenticationError],
  [403, AuthorizationError],
  [404, NotFoundError],
  [409, ConflictError],
  [422, ValidationError],
  [429, RateLimitError],
])

/** The error class of an HTTP status. */
export function errorClassOf(statusCode: number): typeof ModeiError {
  return CLASS_BY_STATUS.get(statusCode) ?? ModeiError
}
