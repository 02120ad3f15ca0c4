import type { ConstraintInstance } from './constraints/collect.ts'
import { trackersOf } from './constraints/collect.ts'
import { backfill, backfillSpan, type Counters, missingTrackers, type PastPermit } from './counters/index.ts'
import type { Tracker } from './counters/usage.ts'

/** A counter that the action is charged to, and the limits measured on it: the passport's own, then its ancestors'. */
export interface Subject {
  counter_key: string
  counters: Counters
  instances: readonly ConstraintInstance[]
}

/** What lists of limits need, each found once: a passport's list is the same for decision after decision. */
const needs = new WeakMap<readonly ConstraintInstance[], [scope: string, trackers: Tracker[]][]>()

function trackersByScope(
  instances: readonly ConstraintInstance[],
): readonly [scope: string, trackers: Tracker[]][] {
  const known = needs.get(instances)
  if (known !== undefined) return known
  const found = [...trackersOf(instances)]
  needs.set(instances, found)
  return found
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
    const missing = trackersByScope(subject.instances)
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
