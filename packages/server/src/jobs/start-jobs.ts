import { sealChains } from '../services/seal-chains.ts'
import type { Services } from '../services/services.ts'
import { type RetentionObserver, retain } from './retain.ts'
import { startJob } from './start-job.ts'
import { sweep } from './sweep.ts'

const MINUTE_MS = 60_000

/**
 * Starts what a server does without being asked.
 * @returns stops it, and resolves when nothing of it is under way
 */
export function startJobs(services: Services, metrics?: RetentionObserver): () => Promise<void> {
  const { store, logger, config } = services
  const months = config.MODEI_RETENTION_MONTHS
  const stops = [
    startJob(store, logger, {
      name: 'sweep',
      everyMs: MINUTE_MS,
      leaseMs: 5 * MINUTE_MS,
      // What is deleted once more is not there.
      run: () => sweep(store),
    }),
    startJob(store, logger, {
      name: 'seal-chains',
      everyMs: 60 * MINUTE_MS,
      leaseMs: 30 * MINUTE_MS,
      // A chain that another server sealed meanwhile has its checkpoint, and gets no second one.
      run: (signal) => sealChains(services, signal),
    }),
    ...(months === undefined
      ? []
      : [
          startJob(store, logger, {
            name: 'retention',
            everyMs: 60 * MINUTE_MS,
            leaseMs: 120 * MINUTE_MS,
            // Of two that are at it one removes the month; the other one's verification is wasted.
            run: (signal) => retain(services, months, metrics, signal),
          }),
        ]),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}
