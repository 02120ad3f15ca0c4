import type { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseTraceParent } from './trace-parent.ts'

/**
 * Makes a span of every request. INVARIANT: what a span says is bounded by the code or made by this server: the route's
 * template and never the path, no query, header or body, so no secret, tenant, agent or target gets to the collector.
 */
export function traceRequests(app: FastifyInstance, tracer: Tracer, active: AsyncLocalStorage<Span>): void {
  const spans = new WeakMap<FastifyRequest, Span>()

  app.addHook('onRequest', (request, _reply, done) => {
    const { url: route, config } = request.routeOptions
    // A tool called at /mcp comes back as a request of this process, below the one that called.
    const parent = active.getStore()?.spanContext() ?? parseTraceParent(request.headers.traceparent)
    const span = tracer.startSpan(
      route === undefined ? request.method : `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'modei.request_id': request.id,
          ...(route === undefined ? {} : { 'http.route': route }),
          ...(config.operation === undefined ? {} : { 'modei.operation': config.operation }),
        },
      },
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent),
    )
    spans.set(request, span)
    done()
  })

  // Reading a body continues in the connection's context, so the request's begins after that.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request)
    if (span === undefined) done()
    else active.run(span, done)
  })

  app.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode)
    done()
  })

  // Nobody is left to answer: there is no status.
  app.addHook('onRequestAbort', (request, done) => {
    end(request, undefined)
    done()
  })

  function end(request: FastifyRequest, status: number | undefined): void {
    const span = spans.get(request)
    if (span === undefined) return
    spans.delete(request)
    if (status !== undefined) span.setAttribute('http.response.status_code', status)
    if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
}
