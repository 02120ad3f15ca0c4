import { type MonthReport, runRetention } from '../retention/run-retention.ts'
import type { Services } from '../services/services.ts'

/** Told what became of each month that was due. */
export interface RetentionObserver {
  onRetention(report: MonthReport): void
}

/** Records that one run verifies at most: the next one goes on. */
const RECORDS_A_RUN = 1_000_000

/** Removes what is older than the months that are kept, and says what hinders it. */
export async function retain(
  services: Services,
  months: number,
  observer: RetentionObserver | undefined,
  signal: AbortSignal,
): Promise<void> {
  const budget = { records: RECORDS_A_RUN, isPolite: true, signal }
  for (const report of await runRetention(services, months, budget)) {
    observer?.onRetention(report)
    if (report.outcome === 'hindered') {
      services.logger.warn({ retention: report }, 'a month of the log cannot be removed yet')
    } else services.logger.info({ retention: report }, 'retention')
  }
}
