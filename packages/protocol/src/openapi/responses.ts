import type { Operation } from '../operations/operation.ts'
import type { Schemas } from './json-schemas.ts'

type Json = Record<string, unknown>

const text = (description: string): Json => ({ description, schema: { type: 'string' } })
const whole = (description: string): Json => ({ description, schema: { type: 'integer', minimum: 0 } })

export const HEADERS: Readonly<Record<string, Json>> = {
  'X-Request-Id': text('Id of this request, `req_…`, as it stands in the log'),
  Link: text('`<…>; rel="next"` when more items follow (RFC 8288)'),
  'Idempotent-Replayed': text(
    '`true` when this is the stored answer to an earlier request with the same key',
  ),
  'Retry-After': whole('Seconds after which a retry can succeed'),
  'WWW-Authenticate': text('`Bearer`'),
  'RateLimit-Limit': whole('Requests in the window'),
  'RateLimit-Remaining': whole('Requests left in the window'),
  'RateLimit-Reset': whole('Seconds until the window starts anew'),
  'X-RateLimit-Limit': whole('The same as `RateLimit-Limit`'),
  'X-RateLimit-Remaining': whole('The same as `RateLimit-Remaining`'),
  'X-RateLimit-Reset': whole('The same as `RateLimit-Reset`'),
}

const RATE_LIMIT_HEADERS = Object.keys(HEADERS).filter((name) => name.includes('RateLimit-'))

const ERRORS: Readonly<Record<number, { name: string; description: string; headers?: readonly string[] }>> = {
  400: { name: 'MalformedJson', description: 'The body is not valid JSON' },
  401: {
    name: 'Unauthenticated',
    description: 'The API key is missing or not valid',
    headers: ['WWW-Authenticate'],
  },
  403: { name: 'Forbidden', description: 'The API key lacks the scope that `required_scope` names' },
  404: { name: 'NotFound', description: "Absent, or another workspace's" },
  409: {
    name: 'Conflict',
    description:
      'The resource is not in the state that this needs, or the first request with this key still runs',
    headers: ['Retry-After'],
  },
  413: { name: 'BodyTooLarge', description: 'The body is larger than this route takes' },
  415: { name: 'UnsupportedMediaType', description: 'The body is not JSON' },
  422: { name: 'Invalid', description: 'The request fails validation; `errors` names every bad field' },
  429: {
    name: 'RateLimited',
    description: 'Too many requests',
    headers: ['Retry-After', ...RATE_LIMIT_HEADERS],
  },
  500: { name: 'Internal', description: 'Something went wrong on our side' },
  503: { name: 'Unavailable', description: 'Not available right now', headers: ['Retry-After'] },
}

function headers(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

export function errorResponses(): Json {
  return Object.fromEntries(
    Object.values(ERRORS).map(({ name, description, headers: names = [] }) => [
      name,
      {
        description,
        headers: headers(['X-Request-Id', ...names]),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

/** Every error status that an operation can answer. */
export function errorStatuses(operation: Operation): number[] {
  const statuses = new Set([422, 429, 500, 503, ...(operation.errors ?? [])])
  if (typeof operation.access !== 'string') for (const status of [401, 403]) statuses.add(status)
  if (operation.params !== undefined) statuses.add(404)
  if (operation.body !== undefined) for (const status of [400, 413, 415]) statuses.add(status)
  if (operation.retry === 'with_key') statuses.add(409)
  return [...statuses].sort((a, b) => a - b)
}

/** All answers of an operation by status. */
export function responsesOf(operation: Operation, schemas: Schemas): Json {
  const schema = schemas.convert(operation.response, 'output')
  const mediaTypes = operation.mediaTypes ?? ['application/json']
  const names = [
    'X-Request-Id',
    ...(operation.paged === true ? ['Link'] : []),
    ...(operation.retry === 'with_key' ? ['Idempotent-Replayed'] : []),
    ...RATE_LIMIT_HEADERS,
  ]
  const success = (description: string): Json => ({
    description,
    headers: headers(names),
    content: Object.fromEntries(mediaTypes.map((type) => [type, { schema }])),
  })
  const { status = 200, existingStatus } = operation
  return {
    [status]: success(status === 201 ? 'Created' : 'Done'),
    ...(existingStatus === undefined ? {} : { [existingStatus]: success('It existed already') }),
    ...Object.fromEntries(
      errorStatuses(operation).map((code) => [
        code,
        { $ref: `#/components/responses/${ERRORS[code]?.name}` },
      ]),
    ),
  }
}
