import type { Meter } from '@opentelemetry/api'
import { within } from '../within.ts'

/** A database that has not answered by then counts as away: whoever collects does not wait for it. */
const PATIENCE_MS = 2_000

/** Measures, each time somebody collects, whether the database answers and how soon. */
export function observeDatabase(meter: Meter, ping: () => Promise<void>): void {
  const up = meter.createObservableGauge('modei_database_up', {
    description: '1 while the database answers, 0 while it does not',
  })
  const seconds = meter.createObservableGauge('modei_database_ping_seconds', {
    description: 'How long the database took to answer; absent while it does not',
  })
  meter.addBatchObservableCallback(
    async (result) => {
      const started = performance.now()
      const asked = ping().then(
        () => true,
        () => false,
      )
      const answered = (await within(PATIENCE_MS, asked)) === true
      result.observe(up, answered ? 1 : 0)
      if (answered) result.observe(seconds, (performance.now() - started) / 1000)
    },
    [up, seconds],
  )
}
