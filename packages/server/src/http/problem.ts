import { type ErrorCode, ModeiProblem } from '@modei/protocol'

/** Status and title of every error code; a missing row does not compile. */
export const PROBLEMS = {
  malformed_json: [400, 'The body is not valid JSON'],
  request_invalid: [422, 'The request is not valid'],
  unauthenticated: [401, 'Credentials are missing or not valid'],
  forbidden: [403, 'These credentials do not permit this'],
  not_found: [404, 'No such resource'],
  conflict: [409, 'The resource is not in the expected state'],
  already_exists: [409, 'The id is taken'],
  nonce_already_used: [409, 'The nonce was used before'],
  illegal_transition: [409, 'The resource cannot move to this state'],
  terms_changed: [409, 'The terms changed'],
  issuer_key_external: [409, 'The server does not hold this issuer’s key'],
  issuer_id_mismatch: [422, 'The ids do not match the key'],
  passport_not_active: [409, 'The passport is not active'],
  passport_invalid: [422, 'The passport is not valid'],
  constraint_loosens_grant: [422, 'The constraints are looser than the grant'],
  nothing_to_publish: [409, 'The catalog has not changed'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body is not JSON'],
  idempotency_conflict: [422, 'The idempotency key was used with another request'],
  idempotency_in_flight: [409, 'The first request with this idempotency key is still running'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong on our side'],
  unavailable: [503, 'Not available right now'],
} as const satisfies Record<ErrorCode, readonly [status: number, title: string]>

export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  code: string
  message: string
  request_id: string
  [extra: string]: unknown
}

/** The one translation of a failure into RFC 9457 problem details. Anything unknown shows nothing of itself. */
export function problemDocument(
  error: unknown,
  requestId: string,
): { document: ProblemDocument; problem: ModeiProblem } {
  const problem =
    error instanceof ModeiProblem
      ? error
      : new ModeiProblem('internal', 'something went wrong on our side', { cause: error })
  const [status, title] = PROBLEMS[problem.code]
  return {
    problem,
    document: {
      type: `https://modei.dev/errors/${problem.code}`,
      title,
      status,
      detail: problem.message,
      code: problem.code,
      message: problem.message,
      request_id: requestId,
      ...(problem.errors === undefined ? {} : { errors: problem.errors }),
      ...problem.extra,
    },
  }
}
