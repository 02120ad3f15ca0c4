import { type Logger, type LoggerOptions, pino } from 'pino'
import { type App, createApp } from './app.ts'
import type { Config } from './config.ts'
import { ensureDataDirectory, lockDataDirectory } from './data-dir.ts'
import { startJobs } from './jobs/start-jobs.ts'
import { Metrics } from './metrics/metrics.ts'
import { openStore } from './open-store.ts'
import { bootstrap, type NewWorkspace } from './services/workspaces.ts'
import { startTracing } from './tracing/start-tracing.ts'

export interface RunningServer {
  app: App
  /** Where it listens, such as `http://localhost:3000`. */
  address: string
  /** The first workspace, on the first start only. */
  first: NewWorkspace | undefined
  close(): Promise<void>
}

export function createLogger(config: Config): Logger {
  const options: LoggerOptions = {
    level: config.LOG_LEVEL,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['authorization', 'headers.authorization', 'api_key', 'key', '*.api_key'],
      censor: '[redacted]',
    },
  }
  return pino(options)
}

/** Keeps a second server off the embedded database. A database server looks after its own. */
function lockEmbedded(config: Config): () => void {
  if (config.DATABASE_URL !== undefined) return () => undefined
  ensureDataDirectory(config.MODEI_DATA_DIR)
  return lockDataDirectory(config.MODEI_DATA_DIR)
}

export interface ServeOptions {
  /** Makes what `/metrics` answers out of this process's own numbers, where it is one of several. */
  collectFrom?(own: () => Promise<string>): () => Promise<string>
}

/** Starts a server and resolves when it listens. */
export async function serve(
  config: Config,
  logger: Logger = createLogger(config),
  { collectFrom }: ServeOptions = {},
): Promise<RunningServer> {
  const unlock = lockEmbedded(config)
  try {
    const metrics = new Metrics()
    const { store, box } = await openStore(config, {
      onError: (error) => logger.warn({ err: error }, 'the database connection failed'),
      observer: metrics,
    })
    try {
      const first = await bootstrap(store, box, config.MODEI_BOOTSTRAP_API_KEY)
      const app = createApp({
        store,
        box,
        config,
        logger,
        metrics,
        metricsText: collectFrom?.(() => metrics.text()),
        tracing: await startTracing(config, logger),
      })
      await app.http.listen({ port: config.PORT, host: config.HOST })
      const stopJobs = startJobs(app.services, metrics)
      const bound = app.http.server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : config.PORT
      const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(config.HOST) ? 'localhost' : config.HOST
      return {
        app,
        address: `http://${host}:${port}`,
        first,
        async close() {
          await stopJobs()
          await app.close()
          unlock()
        },
      }
    } catch (error) {
      await store.close()
      throw error
    }
  } catch (error) {
    unlock()
    throw error
  }
}
