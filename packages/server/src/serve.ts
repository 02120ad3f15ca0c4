import { join } from 'node:path'
import { type Logger, type LoggerOptions, pino } from 'pino'
import { type App, createApp } from './app.ts'
import type { Config } from './config.ts'
import { ensureDataDirectory, lockDataDirectory, readOrMakeSecret } from './data-dir.ts'
import { SecretBox } from './secret-box.ts'
import { checkSecret } from './services/check-secret.ts'
import { bootstrap, type NewWorkspace } from './services/workspaces.ts'
import { Signer } from './store/signer.ts'
import { openSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { Store } from './store/store.ts'

export interface RunningServer {
  app: App
  /** Where it listens, such as `http://localhost:3000`. */
  address: string
  /** The first workspace, on the first start only. */
  first: NewWorkspace | undefined
  close(): Promise<void>
}

export interface OpenStore {
  store: Store
  box: SecretBox
}

/** Opens the configured store with the master secret that its keys were sealed under. */
export async function openStore(config: Config): Promise<OpenStore> {
  if (config.DATABASE_URL !== undefined) {
    throw new Error(
      'DATABASE_URL is set, but this release stores in its own embedded database only: unset it',
    )
  }
  ensureDataDirectory(config.MODEI_DATA_DIR)
  const box = new SecretBox(config.MODEI_SECRET_KEY ?? readOrMakeSecret(config.MODEI_DATA_DIR))
  const store = await openSqliteStore(join(config.MODEI_DATA_DIR, 'modei.db'), { signer: new Signer(box) })
  try {
    await checkSecret(store, box)
  } catch (error) {
    await store.close()
    throw error
  }
  return { store, box }
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

/** Starts a server and resolves when it listens. */
export async function serve(config: Config, logger: Logger = createLogger(config)): Promise<RunningServer> {
  ensureDataDirectory(config.MODEI_DATA_DIR)
  const unlock = lockDataDirectory(config.MODEI_DATA_DIR)
  try {
    const { store, box } = await openStore(config)
    try {
      const first = await bootstrap(store, box, config.MODEI_BOOTSTRAP_API_KEY)
      const app = createApp({ store, box, config, logger })
      await app.http.listen({ port: config.PORT, host: config.HOST })
      const bound = app.http.server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : config.PORT
      const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(config.HOST) ? 'localhost' : config.HOST
      return {
        app,
        address: `http://${host}:${port}`,
        first,
        async close() {
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
