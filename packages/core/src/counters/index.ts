export type { Charge } from './charge.ts'
export { charge } from './charge.ts'
export { parseCounters, serializeCounters } from './codec.ts'
export type { Counters, Reservation, ScopeCounters, WindowType } from './counters.ts'
export { effectiveNow, newCounters, noteDecision, WINDOW_TYPES } from './counters.ts'
export type { CounterState, WindowState } from './cumulative-state.ts'
export { cumulativeState } from './cumulative-state.ts'
export {
  extendReservation,
  findReservation,
  getReservation,
  MAX_OPEN_RESERVATIONS,
  openReservations,
  pruneReservations,
  release,
  reserve,
} from './reservations.ts'
export { resetCounters } from './reset-counters.ts'
export { sameTracker } from './track.ts'
export type { PastPermit } from './trackers.ts'
export { backfill, backfillSpan, missingTrackers, WHOLE_PASSPORT } from './trackers.ts'
export type { RateUsage, SpendUsage, Tracker, Usage } from './usage.ts'
export type { UsageOptions } from './usage-of.ts'
export { usageOf } from './usage-of.ts'
