import type { ConstraintInstance } from './constraints/collect.ts'
import { trackersOf } from './constraints/collect.ts'
import { backfill, backfillSpan, type Counters, missingTrackers, type PastPermit } from './counters/index.ts'

/** A counter that the action is charged to, and the limits measured on it: the passport's own, then its ancestors'. */
export interface Subject {
  counter_key: string
  counters: Counters
  instances: readonly ConstraintInstance[]
}

/**
 * Fills counters that a newly needed limit lacks from the log of past permits.
 * @returns the first counter whose log is still to be loaded, or `null` when nothing is missing
 */
export function prepareCounters(
  subjects: readonly Subject[],
  now: number,
  pastPermits: (counterKey: string) => readonly PastPermit[] | undefined,
): { counter_key: string; since: number } | null {
  for (const subject of subjects) {
    const missing = [...trackersOf(subject.instances)]
      .map(([scope, trackers]) => ({ scope, trackers: missingTrackers(subject.counters, scope, trackers) }))
      .filter(({ trackers }) => trackers.length > 0)
    if (missing.length === 0) continue
    const permits = pastPermits(subject.counter_key)
    if (permits === undefined) {
      const since = Math.min(...missing.map(({ trackers }) => backfillSpan(trackers, now)))
      return { counter_key: subject.counter_key, since }
    }
    for (const { scope, trackers } of missing) backfill(subject.counters, scope, trackers, permits, now)
  }
  return null
}
