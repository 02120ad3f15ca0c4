import type { SpendWindow } from '../windows.ts'
import { sameWindow } from '../windows.ts'
import type { Counters, ScopeCounters } from './counters.ts'
import { effectiveNow, findScope } from './counters.ts'
import { addUp, type EventList, eventsOf, fallsTo, sumSince } from './event-list.ts'
import { reservationsIn, sumReserved } from './reservations.ts'
import { BASELINE_MS, RECENT_MS, type Track } from './track.ts'
import { alwaysKept, WHOLE_PASSPORT } from './trackers.ts'
import type { RateUsage, Usage } from './usage.ts'
import { isOver, type WindowCount } from './window-count.ts'

export interface UsageOptions {
  /** A hold whose reservation does not count: the one that this very request is to use. */
  exclude_reservation?: string | undefined
}

/** Reads what a scope used. Changes nothing; what is not kept answers `undefined`. */
export function usageOf(counters: Counters, scope: string, now: number, options: UsageOptions = {}): Usage {
  const at = effectiveNow(counters, now)
  const kept = findScope(counters, scope)
  const whole = scope === WHOLE_PASSPORT
  return {
    spend(window) {
      const spent = spending(counters, whole, kept, window, at)
      if (spent === undefined) return undefined
      const held = reservationsIn(counters, scope, at, options.exclude_reservation)
      return {
        spent: spent.at(at),
        reserved: sumReserved(held),
        fitsAt: (cents, limit) => earliestFit(spent, held, at, cents, limit),
      }
    },
    rate(ms) {
      const track = kept?.tracks.find((own) => own.kind === 'rate' && own.ms === ms)
      return track?.kind === 'rate' ? rateOf(track.permits, ms, at) : undefined
    },
    total() {
      return whole ? counters.windows.total.permits : permitsOf(kept)?.count
    },
    lastPermitAt() {
      return whole ? counters.last_permit_at : permitsOf(kept)?.last_at
    },
    activity() {
      const track = kept?.tracks.find((own) => own.kind === 'activity')
      return track?.kind === 'activity' ? activityOf(track.permits, at) : undefined
    },
    hasMetTarget(host) {
      const track = kept?.tracks.find((own) => own.kind === 'targets')
      return track?.kind === 'targets' ? track.hosts.includes(host) : undefined
    },
  }
}

function permitsOf(kept: ScopeCounters | undefined): Extract<Track, { kind: 'permits' }> | undefined {
  const track = kept?.tracks.find((own) => own.kind === 'permits')
  return track?.kind === 'permits' ? track : undefined
}

/** Spending as it stands at a moment if nothing more is spent, and the moments at which it falls. */
interface Spending {
  at(time: number): number
  falls(): number[]
}

function spending(
  counters: Counters,
  whole: boolean,
  kept: ScopeCounters | undefined,
  window: SpendWindow,
  now: number,
): Spending | undefined {
  const always = whole ? alwaysKept(window) : undefined
  if (always !== undefined) return calendarSpending(counters.windows[always], now)
  for (const track of kept?.tracks ?? []) {
    if (track.kind === 'calendar' && sameWindow(track.window, window))
      return calendarSpending(track.count, now)
    if (track.kind === 'rolling' && window.kind === 'rolling' && track.ms === window.ms) {
      return {
        at: (time) => sumSince(track.cents, time - track.ms),
        falls: () => eventsOf(track.cents).map(({ at }) => at + track.ms),
      }
    }
  }
  return undefined
}

function calendarSpending(count: WindowCount, now: number): Spending {
  return {
    at: (time) => (isOver(count, time) ? 0 : count.cents),
    falls: () => (count.end === null || isOver(count, now) ? [] : [count.end]),
  }
}

function earliestFit(
  spent: Spending,
  held: readonly { cost_cents: number; expires_at: number }[],
  now: number,
  cents: number,
  limit: number,
): number | undefined {
  if (!(cents <= limit)) return undefined
  const later = [...spent.falls(), ...held.map((one) => one.expires_at)].filter((time) => time > now)
  const moments = [now, ...later.sort((a, b) => a - b)]
  // What fits at one moment fits at every later one.
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >> 1
    const time = moments[middle] ?? now
    const reserved = held.reduce((sum, one) => (time < one.expires_at ? addUp(sum, one.cost_cents) : sum), 0)
    if (spent.at(time) + reserved + cents <= limit) high = middle
    else low = middle + 1
  }
  return moments[low]
}

function rateOf(permits: EventList, ms: number, now: number): RateUsage {
  return {
    count: sumSince(permits, now - ms),
    fitsAt(limit) {
      const falls = fallsTo(permits, ms, limit - 1)
      return falls === undefined ? undefined : Math.max(falls, now)
    },
  }
}

/** Merged times err towards a hold: towards now for the recent ones, and out of the baseline at its far end. */
function activityOf(permits: EventList, now: number): { recent: number; baseline: number } {
  const recent = sumSince(permits, now - RECENT_MS)
  const all = sumSince(permits, now - RECENT_MS - BASELINE_MS + permits.slack_ms)
  return { recent, baseline: Math.max(0, all - recent) }
}
