import type { SpendWindow } from '../windows.ts'
import { sameWindow, windowStart } from '../windows.ts'
import type { EventList } from './event-list.ts'
import { addEvent, addUp, newEventList } from './event-list.ts'
import type { Tracker } from './usage.ts'
import type { WindowCount } from './window-count.ts'
import { addToWindow, newWindowCount, rollWindow } from './window-count.ts'

/** The numbers that one tracker keeps. */
export type Track =
  | { kind: 'calendar'; window: SpendWindow; count: WindowCount }
  | { kind: 'rolling'; ms: number; cents: EventList }
  | { kind: 'rate'; ms: number; permits: EventList }
  | { kind: 'permits'; count: number; last_at: number | null }
  | { kind: 'activity'; permits: EventList }
  | { kind: 'targets'; hosts: string[] }

export const RECENT_MS = 5 * 60_000
export const BASELINE_MS = 30 * 60_000
const ACTIVITY_MS = RECENT_MS + BASELINE_MS

const MAX_ROLLING_ENTRIES = 720
const MAX_RATE_ENTRIES = 1000
export const MAX_TARGETS = 1000

/** Whether two trackers keep the same numbers. */
export function sameTracker(a: Tracker, b: Tracker): boolean {
  if (a.kind === 'spend') return b.kind === 'spend' && sameWindow(a.window, b.window)
  if (a.kind === 'rate') return b.kind === 'rate' && a.window_ms === b.window_ms
  return a.kind === b.kind
}

/** Whether a track keeps the numbers that a tracker asks for. */
export function serves(track: Track, tracker: Tracker): boolean {
  switch (track.kind) {
    case 'calendar':
      return tracker.kind === 'spend' && sameWindow(track.window, tracker.window)
    case 'rolling':
      return tracker.kind === 'spend' && tracker.window.kind === 'rolling' && track.ms === tracker.window.ms
    case 'rate':
      return tracker.kind === 'rate' && track.ms === tracker.window_ms
    default:
      return track.kind === tracker.kind
  }
}

export function newTrack(tracker: Tracker, now: number): Track {
  switch (tracker.kind) {
    case 'spend':
      return tracker.window.kind === 'rolling'
        ? { kind: 'rolling', ms: tracker.window.ms, cents: newEventList() }
        : { kind: 'calendar', window: tracker.window, count: newWindowCount(tracker.window, now) }
    case 'rate':
      return { kind: 'rate', ms: tracker.window_ms, permits: newEventList() }
    case 'permits':
      return { kind: 'permits', count: 0, last_at: null }
    case 'activity':
      return { kind: 'activity', permits: newEventList() }
    case 'targets':
      return { kind: 'targets', hosts: [] }
  }
}

/** The earliest time whose permits a tracker must know at `now`; 0 for all of them. */
export function neededSince(tracker: Tracker, now: number): number {
  if (tracker.kind === 'spend') return windowStart(tracker.window, now)
  if (tracker.kind === 'rate') return now - tracker.window_ms
  return tracker.kind === 'activity' ? now - ACTIVITY_MS : 0
}

/** The same track with nothing counted. */
export function emptied(track: Track, now: number): Track {
  switch (track.kind) {
    case 'calendar':
      return { ...track, count: newWindowCount(track.window, now) }
    case 'rolling':
      return { ...track, cents: newEventList() }
    case 'rate':
    case 'activity':
      return { ...track, permits: newEventList() }
    case 'permits':
      return { kind: 'permits', count: 0, last_at: null }
    case 'targets':
      return { kind: 'targets', hosts: [] }
  }
}

export interface CountedPermit {
  cost_cents: number
  action_index: number
  target_host: string | undefined
}

/** Counts a permit at `at`, which is never before what the track already counts. */
export function addToTrack(track: Track, at: number, permit: CountedPermit): void {
  switch (track.kind) {
    case 'calendar':
      rollWindow(track.count, track.window, at)
      addToWindow(track.count, permit.cost_cents, permit.action_index)
      return
    case 'rolling':
      if (permit.cost_cents > 0) addEvent(track.cents, at, permit.cost_cents, track.ms, MAX_ROLLING_ENTRIES)
      return
    case 'rate':
      addEvent(track.permits, at, 1, track.ms, MAX_RATE_ENTRIES)
      return
    case 'activity':
      addEvent(track.permits, at, 1, ACTIVITY_MS, MAX_RATE_ENTRIES)
      return
    case 'permits':
      track.count = addUp(track.count, 1)
      track.last_at = at
      return
    case 'targets':
      addTarget(track.hosts, permit.target_host)
      return
  }
}

/** A full list stays as it is: what does not fit counts as not met, which holds. */
function addTarget(hosts: string[], host: string | undefined): void {
  if (host !== undefined && hosts.length < MAX_TARGETS && !hosts.includes(host)) hosts.push(host)
}
