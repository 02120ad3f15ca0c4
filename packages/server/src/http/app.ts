import { ModeiProblem, parseStrictJson } from '@modei/protocol'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { newRequestId } from '../new-id.ts'
import { problemDocument } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How deep a body of this route may nest. */
    maxDepth?: number
    /** What metrics call requests of this route. */
    operation?: string
  }
}

export interface HttpOptions {
  logger: Logger
  trustedProxies: readonly string[]
  /** While true, new requests are answered 503 so that the process can drain. */
  draining(): boolean
}

/** An HTTP server that speaks strict JSON and problem details, and has no routes yet. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    genReqId: newRequestId,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512, ignoreDuplicateSlashes: false },
    frameworkErrors: (error, request, reply) => {
      answerProblem(fromFastify(error), request, reply, options.logger)
    },
  })
  // Hooks of every request call back: a promise for each of them costs more than what they do.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    reply.header('cache-control', 'no-store')
    if (options.draining()) {
      done(new ModeiProblem('unavailable', 'the server is shutting down', { retryAfter: 1 }))
    } else done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // A connection that was busy when the drain began would otherwise idle until its time-out and hold up the exit.
    if (options.draining()) reply.header('connection', 'close')
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json\b/i,
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        done(null, parseBody(request, body))
      } catch (error) {
        done(error instanceof Error ? error : new Error('the body could not be read'))
      }
    },
  )
  app.setErrorHandler((error, request, reply) =>
    answerProblem(fromFastify(error), request, reply, options.logger),
  )
  app.setNotFoundHandler((request, reply) =>
    answerProblem(new ModeiProblem('not_found', 'no such route'), request, reply, options.logger),
  )
  return app
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseBody(request: FastifyRequest, body: string | Buffer): unknown {
  if (body.length === 0) return undefined
  let text: string
  try {
    text = typeof body === 'string' ? body : decoder.decode(body)
  } catch {
    throw new ModeiProblem('malformed_json', 'the body is not UTF-8')
  }
  const parsed = parseStrictJson(text, { maxDepth: request.routeOptions.config.maxDepth ?? 32 })
  if (parsed.ok) return parsed.value
  if (parsed.code === 'malformed') throw new ModeiProblem('malformed_json', parsed.message)
  throw new ModeiProblem('request_invalid', parsed.message, {
    errors: [{ pointer: `/body${parsed.pointer}`, message: parsed.message }],
  })
}

/** Fastify's own refusals, in our words. */
function fromFastify(error: unknown): unknown {
  if (error instanceof ModeiProblem || !(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new ModeiProblem('body_too_large', 'the body is over this route’s limit')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new ModeiProblem('unsupported_media_type', 'send the body as application/json')
  }
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new ModeiProblem('not_found', 'no such route')
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ModeiProblem('malformed_json', 'the request could not be read', { cause: error })
  }
  return error
}

type Reply = Parameters<Parameters<FastifyInstance['setErrorHandler']>[0]>[2]

function answerProblem(error: unknown, request: FastifyRequest, reply: Reply, logger: Logger): void {
  const { document, problem } = problemDocument(error, request.id)
  if (document.status >= 500) {
    logger.error(
      { request_id: request.id, code: problem.code, err: problem.cause ?? problem },
      'request failed',
    )
  }
  reply.header('x-request-id', request.id)
  if (document.status === 401) reply.header('www-authenticate', 'Bearer')
  if (problem.retryAfter !== undefined)
    reply.header('retry-after', String(Math.max(1, Math.ceil(problem.retryAfter))))
  // Sent as text: a serializer chosen by status or schema must never see a problem document.
  void reply
    .code(document.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(document))
}
