import { permissionCovers } from '@modei/protocol'
import type { SpendWindow } from '../windows.ts'
import { actionIndex } from './action-table.ts'
import type { Counters, WindowType } from './counters.ts'
import { findScope, noteDecision } from './counters.ts'
import { addToTrack, neededSince, newTrack, sameTracker, serves, type Track } from './track.ts'
import type { Tracker } from './usage.ts'

/** The scope that counts every action of a passport. */
export const WHOLE_PASSPORT = '*'

/** A permit as the log of decisions holds it. */
export interface PastPermit {
  at: number
  action: string
  cost_cents: number
  target_host: string | null | undefined
}

/** The always kept window that counts the same as `window` does for the whole passport. */
export function alwaysKept(window: SpendWindow): WindowType | undefined {
  if (window.kind === 'total') return 'total'
  return window.kind === 'calendar' && window.timezone === 'UTC' ? window.unit : undefined
}

function isAlwaysKept(scope: string, tracker: Tracker): boolean {
  if (scope !== WHOLE_PASSPORT) return false
  return tracker.kind === 'permits' || (tracker.kind === 'spend' && alwaysKept(tracker.window) !== undefined)
}

/** Those of `trackers` that a scope does not keep yet: to be filled by {@link backfill} before they are read. */
export function missingTrackers(counters: Counters, scope: string, trackers: readonly Tracker[]): Tracker[] {
  const tracks = findScope(counters, scope)?.tracks ?? []
  const missing: Tracker[] = []
  for (const tracker of trackers) {
    if (isAlwaysKept(scope, tracker) || tracks.some((track) => serves(track, tracker))) continue
    if (!missing.some((other) => sameTracker(other, tracker))) missing.push(tracker)
  }
  return missing
}

/** The earliest time whose permits `backfill` needs for `trackers`, Unix milliseconds; 0 for all permits. */
export function backfillSpan(trackers: readonly Tracker[], now: number): number {
  return Math.max(0, Math.min(now, ...trackers.map((tracker) => neededSince(tracker, now))))
}

/**
 * Starts the trackers that a scope does not keep yet, from past permits in any order. Permits outside the scope,
 * of other windows, or older than the last reset of theirs are left out, so giving too many does no harm.
 */
export function backfill(
  counters: Counters,
  scope: string,
  trackers: readonly Tracker[],
  permits: Iterable<PastPermit>,
  now: number,
): void {
  const missing = missingTrackers(counters, scope, trackers)
  if (missing.length === 0) return
  // The new windows are those of this moment, so time must not go back before it.
  const at = noteDecision(counters, now)
  const since = backfillSpan(missing, at)
  const started = missing.map((tracker) => {
    const track = newTrack(tracker, at)
    return { track, since: Math.max(neededSince(tracker, at), lastReset(counters, track)) }
  })
  const past = [...permits].filter((permit) => permit.at >= since && permissionCovers(scope, permit.action))
  past.sort((a, b) => a.at - b.at)
  for (const permit of past) {
    const counted = {
      ...permit,
      target_host: permit.target_host ?? undefined,
      action_index: actionIndex(counters, permit.action),
    }
    // A permit that the log puts after now would otherwise fall into a later window than the one that is read.
    const when = Math.min(permit.at, at)
    for (const { track, since: from } of started) if (when >= from) addToTrack(track, when, counted)
  }
  const tracks = started.map(({ track }) => track)
  const kept = findScope(counters, scope)
  if (kept === undefined) counters.scopes.push({ scope, tracks })
  else kept.tracks = [...withRoom(kept.tracks, tracks.length), ...tracks]
}

/** The kind of window that a reset names for a track; rates, rolling windows and targets go with `all` only. */
export function resetType(track: Track): WindowType | undefined {
  if (track.kind === 'permits') return 'total'
  if (track.kind !== 'calendar') return undefined
  return track.window.kind === 'calendar' ? track.window.unit : 'total'
}

/** Permits of the same millisecond may have come after the reset, so they are counted. */
function lastReset(counters: Counters, track: Track): number {
  const type = resetType(track)
  return Math.max(counters.resets.all ?? 0, (type === undefined ? undefined : counters.resets[type]) ?? 0)
}

const MAX_TRACKS = 64

/**
 * Makes room for what is needed now, so that constraints which change often do not pile up: the oldest go whose
 * numbers a short look into the log brings back.
 */
function withRoom(kept: readonly Track[], added: number): Track[] {
  let excess = kept.length + added - MAX_TRACKS
  return kept.filter((track) => {
    if (excess <= 0 || !isShortLived(track)) return true
    excess -= 1
    return false
  })
}

function isShortLived(track: Track): boolean {
  if (track.kind === 'calendar') return track.window.kind === 'calendar'
  return track.kind !== 'permits' && track.kind !== 'targets'
}
