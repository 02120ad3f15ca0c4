import { timingSafeEqual } from 'node:crypto'
import { ModeiProblem, sha256, utf8Bytes } from '@modei/protocol'
import type { Api } from '../http/mount.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Services } from '../services/services.ts'

/** `/metrics`: what this server counts about itself, for Prometheus to collect. */
export function metricsRoutes(
  { app }: Api,
  { config }: Services,
  metrics: Metrics,
  text: () => Promise<string>,
): void {
  app.addHook('onResponse', (request, reply, done) => {
    const operation = request.routeOptions.config.operation ?? 'none'
    metrics.onRequest(operation, reply.statusCode, reply.elapsedTime)
    done()
  })
  if (config.MODEI_METRICS === 'off') return
  app.get('/metrics', { config: { operation: 'metrics' } }, async (request, reply) => {
    assertToken(config.MODEI_METRICS_TOKEN, request.headers.authorization)
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await text())
  })
}

function assertToken(token: string | undefined, header: string | undefined): void {
  if (token === undefined) return
  // Digests have one length, which comparing in constant time needs.
  if (timingSafeEqual(sha256(utf8Bytes(`Bearer ${token}`)), sha256(utf8Bytes(header ?? '')))) return
  throw new ModeiProblem(
    'unauthenticated',
    'the metrics of this server need the token that it was started with',
  )
}
