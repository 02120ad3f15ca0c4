import type { Logger } from 'pino'
import type { Store } from '../store/store.ts'
import { withLease } from '../store/with-lease.ts'

export interface Job {
  name: string
  everyMs: number
  /** Milliseconds after which another server takes over. Far more than a run takes. */
  leaseMs: number
  /** Must do no harm when it runs twice, or in two processes at once. Throws once `signal` says that it is to stop. */
  run(signal: AbortSignal): Promise<void>
}

/** Of the interval, so that a timer which fires a little early by the database's clock does not skip every other run. */
const NEARLY = 0.9

/**
 * Asks every `everyMs` whether to run a job. Of several servers on one database one does so each time.
 * @returns stops it, and resolves when no run is under way
 */
export function startJob(store: Store, logger: Logger, job: Job): () => Promise<void> {
  const lease = { name: job.name, ttlMs: job.leaseMs, everyMs: Math.floor(job.everyMs * NEARLY) }
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const run = async () => {
    try {
      await withLease(store, lease, () => job.run(stopping.signal))
    } catch (err) {
      if (stopping.signal.aborted) return
      logger.warn({ err, job: job.name }, 'the job failed and will be tried again')
    }
  }
  const timer = setInterval(() => {
    running ??= run().finally(() => {
      running = undefined
    })
  }, job.everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    stopping.abort()
    await running
  }
}
