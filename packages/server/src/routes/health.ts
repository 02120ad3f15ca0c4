import { ModeiProblem } from '@modei/protocol'
import type { Api } from '../http/mount.ts'
import type { Services } from '../services/services.ts'

/** `/healthz`: the process runs. `/readyz`: it can decide, the database included. */
export function healthRoutes({ app }: Api, { store }: Services): void {
  app.get('/healthz', { config: { operation: 'healthz' } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { operation: 'readyz' } }, async () => {
    try {
      await store.ping()
    } catch (error) {
      throw new ModeiProblem('unavailable', 'the database does not answer', { retryAfter: 1, cause: error })
    }
    return { status: 'ready' }
  })
}
