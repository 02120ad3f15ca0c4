import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { createHttp } from './http/app.ts'
import { type Api, createApi } from './http/mount.ts'
import { RateLimits } from './http/rate-limits.ts'
import { Metrics } from './metrics/metrics.ts'
import { mountRoutes } from './routes/index.ts'
import { metricsRoutes } from './routes/metrics.ts'
import type { SecretBox } from './secret-box.ts'
import { AnonymousUse } from './services/anonymous-use.ts'
import { CatalogCache } from './services/catalog-cache.ts'
import { HourlyLimits } from './services/hourly-limits.ts'
import { KeyUse } from './services/key-use.ts'
import { InstanceCache } from './services/own-constraints.ts'
import { PassportCache } from './services/passport-cache.ts'
import type { Services } from './services/services.ts'
import type { Store } from './store/store.ts'
import type { Tracing } from './tracing/tracing.ts'

export interface AppParts {
  store: Store
  box: SecretBox
  config: Config
  logger: Logger
  /** The one that observes the store; without it nothing is told of batches. */
  metrics?: Metrics
  /** What `/metrics` answers, where that is more than this process's own numbers. */
  metricsText?: (() => Promise<string>) | undefined
  /** Closed with the app. */
  tracing?: Tracing | undefined
}

export interface App {
  http: FastifyInstance
  api: Api
  services: Services
  /** Refuses new requests, finishes those that run, commits what is queued. */
  close(): Promise<void>
}

/** How long requests that run may take to finish once the server was told to stop. */
const DRAIN_MS = 5000

/** Wires a server out of its parts. The one place that knows them all. */
export function createApp(parts: AppParts): App {
  const { box, config, logger, metrics = new Metrics(), tracing } = parts
  const store = tracing?.traceDecisions(parts.store) ?? parts.store
  let draining = false
  const services: Services = {
    store,
    box,
    config,
    logger,
    passports: new PassportCache(store),
    catalogs: new CatalogCache(store),
    instances: new InstanceCache(),
    limits: new HourlyLimits(),
    anonymous: new AnonymousUse(store, box, logger),
  }
  const keyUse = new KeyUse(store, logger)
  const http = createHttp({ logger, trustedProxies: config.MODEI_TRUSTED_PROXIES, draining: () => draining })
  tracing?.traceRequests(http)
  const api = createApi({
    app: http,
    store,
    onKeyUsed: (key) => keyUse.note(key),
    defaultVersion: config.MODEI_API_VERSION,
    limits: new RateLimits({ perKey: config.MODEI_RATE_LIMIT, perAddress: config.MODEI_PUBLIC_RATE_LIMIT }),
  })
  metrics.observe({
    waiting: () => store.waiting(),
    pools: () => store.pools(),
    passportCache: () => services.passports.stats,
    ping: () => store.ping(),
  })
  metricsRoutes(api, services, metrics, parts.metricsText ?? (() => metrics.text()))
  mountRoutes(api, services)
  return {
    http,
    api,
    services,
    async close() {
      draining = true
      // A connection on which nothing was asked counts as busy and would hold up the exit until its time-out.
      const impatient = setTimeout(() => http.server.closeAllConnections(), DRAIN_MS)
      await http.close()
      clearTimeout(impatient)
      await Promise.all([services.anonymous.flush(), keyUse.flush()])
      await store.close()
      await tracing?.close()
    },
  }
}
