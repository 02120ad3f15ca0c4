import { Readable } from 'node:stream'
import { type ApiVersion, isApiVersion, ModeiProblem, type Operation, scopeGrants } from '@modei/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { IdempotentReplay, type Store } from '../store/store.ts'
import { type Authenticated, authenticate } from './authenticate.ts'
import type { Call } from './call.ts'
import { claimOf, RunningClaims } from './idempotency.ts'
import { Page } from './page.ts'
import { parseParts } from './parse.ts'
import type { RateLimits } from './rate-limits.ts'
import { TextStream } from './text-stream.ts'

/** A key that was presented, and when it was used before, Unix milliseconds. */
export interface UsedKey {
  key_id: string
  last_used_at: number | null
}

export interface Api {
  app: FastifyInstance
  store: Store
  defaultVersion: ApiVersion
  limits: RateLimits
  /** Told of every call with a key that is good. */
  onKeyUsed(key: UsedKey): void
  /** Filled by `mount`: the operations that this server answers. */
  mounted: Operation[]
  running: RunningClaims
}

export function createApi(parts: Omit<Api, 'mounted' | 'running'>): Api {
  return { ...parts, mounted: [], running: new RunningClaims() }
}

type Result<O extends Operation> = z.input<O['response']>

export interface MountOptions<R> {
  /** Spells decisions for the caller's API version. What comes out is parsed by the response schema. */
  render?(result: R, version: ApiVersion): unknown
  status?(result: R): number
  headers?(result: R, request: FastifyRequest): Record<string, string>
  /** Names the answer's bytes: whoever sends the name back in `If-None-Match` is told that nothing changed. */
  etag?(result: R): string
}

export const BODY_LIMIT = 1024 * 1024
export const LARGE_BODY_LIMIT = 4 * 1024 * 1024

/**
 * Answers one operation of the table: authenticate, scope, parse, replay a repeat, handle, spell, strip to the
 * response schema. The handler returns the answer, one page of it, or a stream.
 */
export function mount<O extends Operation, R>(
  api: Api,
  operation: O,
  handler: (call: Call<O>) => Promise<R | Page<R> | TextStream>,
  options: MountOptions<R> & Required<Pick<MountOptions<R>, 'render'>>,
): void
export function mount<O extends Operation>(
  api: Api,
  operation: O,
  handler: (call: Call<O>) => Promise<Result<O> | Page<Result<O>> | TextStream>,
  options?: MountOptions<Result<O>>,
): void
export function mount<O extends Operation, R>(
  api: Api,
  operation: O,
  handler: (call: Call<O>) => Promise<R | Page<R> | TextStream>,
  options: MountOptions<R> = {},
): void {
  api.mounted.push(operation)
  const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
  const bodyLimit = operation.largeBody === true ? LARGE_BODY_LIMIT : BODY_LIMIT
  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    const auth = await authenticate(api.store, request.headers.authorization)
    if (auth !== undefined) {
      api.onKeyUsed({ key_id: auth.caller.key_id, last_used_at: auth.last_used_at })
    }
    const limited = api.limits.take(operation, auth?.caller, request.ip)
    if (limited !== undefined) reply.headers(limited.headers)
    authorize(operation, auth)
    if (limited?.refused !== undefined) throw limited.refused
    const version = versionOf(request, auth, api.defaultVersion)
    const body = operation.bodyOptional === true && request.body === undefined ? {} : request.body
    const parts = parseParts(
      { params: operation.params, query: operation.query, body: operation.body },
      { params: request.params, query: request.query, body },
    )
    // A claim's result comes back from the store as it left the handler.
    const encode = (result: unknown) => serialize(operation, options, result as R, version)
    const claim =
      auth === undefined
        ? null
        : claimOf(
            operation,
            auth.caller,
            single(request.headers['idempotency-key']),
            {
              path: () => canonicalPath(operation, request.params),
              query: request.query,
              body: request.body,
            },
            (result) => {
              const { status, text } = encode(result)
              return { status, body: withoutSecrets(operation, text) }
            },
          )
    // The table's schemas made these parts; the handler's type is read off the same table.
    const call = {
      caller: auth?.caller ?? null,
      ...parts,
      api_version: version,
      request_id: request.id,
      address: request.ip,
      idempotency: claim,
    } as unknown as Call<O>
    try {
      const result = await api.running.run(api.store, claim, () => handler(call))
      if (result instanceof TextStream) return stream(reply, result)
      if (result instanceof Page) {
        if (result.next !== undefined) reply.header('link', nextLink(request, result.next))
        return send(reply, encode(result.items))
      }
      if (options.headers !== undefined) reply.headers(options.headers(result, request))
      if (options.etag !== undefined) {
        const tag = `"${options.etag(result)}"`
        reply.headers({ etag: tag, 'cache-control': 'no-cache' })
        if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).send()
      }
      return send(reply, encode(result))
    } catch (error) {
      if (!(error instanceof IdempotentReplay)) throw error
      reply.header('idempotent-replayed', 'true')
      return send(reply, { status: error.status, text: error.body })
    }
  }
  for (const prefix of ['/api', '/api/v1']) {
    api.app.route({
      method: operation.method,
      url: prefix + path.slice('/api'.length),
      bodyLimit,
      config: { maxDepth: operation.largeBody === true ? 64 : 32, operation: operation.id },
      handler: handle,
    })
  }
}

/** A stream that fails breaks the connection off, so that a part never passes for the whole. */
function stream(reply: FastifyReply, { contentType, filename, chunks }: TextStream): FastifyReply {
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${filename}"`)
    .send(Readable.from(chunks))
}

function send(reply: FastifyReply, answer: { status: number; text: string }): FastifyReply {
  return reply.code(answer.status).header('content-type', 'application/json; charset=utf-8').send(answer.text)
}

function serialize<R>(
  operation: Operation,
  options: MountOptions<R>,
  result: R,
  version: ApiVersion,
): { status: number; text: string } {
  const rendered = options.render === undefined ? result : options.render(result, version)
  return {
    status: options.status?.(result) ?? operation.status ?? 200,
    text: JSON.stringify(operation.response.parse(rendered)),
  }
}

function withoutSecrets(operation: Operation, text: string): string {
  if (operation.secrets === undefined) return text
  const answer: Record<string, unknown> = JSON.parse(text)
  for (const name of operation.secrets) if (name in answer) answer[name] = null
  return JSON.stringify(answer)
}

function authorize(operation: Operation, auth: Authenticated | undefined): void {
  if (typeof operation.access === 'string') return
  if (auth === undefined) throw new ModeiProblem('unauthenticated', 'the API key is missing or not valid')
  if (scopeGrants(auth.caller.scopes, operation)) return
  const { scope } = operation.access
  throw new ModeiProblem('forbidden', `this API key lacks the scope \`${scope}\``, {
    extra: { required_scope: scope },
  })
}

function versionOf(
  request: FastifyRequest,
  auth: Authenticated | undefined,
  fallback: ApiVersion,
): ApiVersion {
  const header = single(request.headers['modei-version'])
  if (header === undefined) return auth?.api_version ?? fallback
  if (isApiVersion(header)) return header
  throw new ModeiProblem('request_invalid', '`Modei-Version` is not a known API version', {
    errors: [{ pointer: '/headers/modei-version', message: 'is not a known API version' }],
  })
}

function namesTag(header: string | undefined, tag: string): boolean {
  const tags = (header ?? '').split(',').map((entry) => entry.trim().replace(/^W\//, ''))
  return tags.includes(tag) || tags.includes('*')
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

/** One path for every spelling of it: the alias below `/api/v1`, and letters that stand percent-encoded. */
function canonicalPath(operation: Operation, params: unknown): string {
  const values = new Map<string, unknown>(Object.entries(params ?? {}))
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(values.get(name))))
}

function nextLink(request: FastifyRequest, cursor: string): string {
  const [path = '', query = ''] = request.url.split('?', 2)
  const search = new URLSearchParams(query)
  search.set('cursor', cursor)
  return `<${path}?${search.toString()}>; rel="next"`
}
