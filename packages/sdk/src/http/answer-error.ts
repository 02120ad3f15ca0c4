import type { FieldError } from '@modei/protocol/errors'
import { errorClassOf, ModeiError } from '../errors.ts'
import { readRetryAfter } from './retry-after.ts'

/** Turns an answer that is no success back into the error that the server meant. */
export function answerError(response: Response, text: string): ModeiError {
  const { status, headers } = response
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    return new ModeiError('the server redirects, and a key is not sent anywhere but to `baseUrl`', {
      code: 'unexpected_redirect',
      statusCode: status === 0 ? undefined : status,
    })
  }
  const body = parseJson(text)
  const problem = members(body)
  const message = firstText(problem.message, problem.detail, problem.error)
  const ErrorClass = errorClassOf(status)
  return new ErrorClass(message ?? `the server answered ${status}`, {
    code: firstText(problem.code) ?? 'http_error',
    statusCode: status,
    body,
    requestId: firstText(problem.request_id, headers.get('x-request-id')),
    retryAfter: readRetryAfter(headers, Date.now()),
    errors: fieldErrors(problem.errors),
  })
}

/** The JSON value of a text, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function firstText(...values: unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}

function fieldErrors(value: unknown): FieldError[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value
    .map(members)
    .map(({ pointer, message }) => ({ pointer: String(pointer), message: String(message) }))
}
