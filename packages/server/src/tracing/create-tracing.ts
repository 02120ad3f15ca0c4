import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { within } from '../within.ts'
import { createSampler } from './create-sampler.ts'
import { traceDecisions } from './trace-decisions.ts'
import { traceRequests } from './trace-requests.ts'
import type { Tracing } from './tracing.ts'

/** How long the exit waits for the collector. */
const CLOSE_MS = 2000
/** Of a collector that is away, the log says so this often at most. */
const WARN_EVERY_MS = 60_000

export function createTracing(url: string, config: Config, logger: Logger): Tracing {
  const exporter = new OTLPTraceExporter({ url, headers: config.OTEL_EXPORTER_OTLP_HEADERS })
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': config.OTEL_SERVICE_NAME })),
    sampler: createSampler(config.OTEL_TRACES_SAMPLER, config.OTEL_TRACES_SAMPLER_ARG),
    // Collects at most 2048 spans and throws away what is beyond, so a collector that hangs costs no memory.
    spanProcessors: [new BatchSpanProcessor({ exporter: neverFailing(exporter, logger) })],
  })
  const tracer = provider.getTracer('modei')
  // The request whose handler is running. Of this module, not OpenTelemetry's global one, which others could set.
  const active = new AsyncLocalStorage<Span>()
  return {
    traceRequests: (app) => traceRequests(app, tracer, active),
    traceDecisions: (store) => traceDecisions(store, tracer, active),
    async close() {
      await within(
        CLOSE_MS,
        provider.shutdown().catch((error: unknown) => warn(logger, error)),
      )
    },
  }
}

/** An exporter whose failures end in the log, and there not for every batch. */
function neverFailing(inner: SpanExporter, logger: Logger): SpanExporter {
  let warned = Number.NEGATIVE_INFINITY
  return {
    export(spans, done) {
      inner.export(spans, ({ error }) => {
        if (error !== undefined && performance.now() - warned > WARN_EVERY_MS) {
          warned = performance.now()
          warn(logger, error)
        }
        done({ code: 0 })
      })
    },
    shutdown: () => inner.shutdown(),
  }
}

/** Says only the message: the rest of the error may hold what the collector answered. */
function warn(logger: Logger, error: unknown): void {
  logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'traces could not be sent')
}
