import { OTHER_ACTIONS } from './action-table.ts'
import type { Counters, WindowType } from './counters.ts'
import { noteDecision, utcWindow, WINDOW_TYPES } from './counters.ts'
import { emptied } from './track.ts'
import { resetType } from './trackers.ts'
import { newWindowCount } from './window-count.ts'

/**
 * Forgets what was used: in windows of one type, or everything, rates and targets included. Open holds stay.
 * Time does not go back.
 */
export function resetCounters(counters: Counters, type: WindowType | undefined, now: number): void {
  const at = noteDecision(counters, now)
  counters.resets[type ?? 'all'] = at
  for (const own of type === undefined ? WINDOW_TYPES : [type]) {
    counters.windows[own] = newWindowCount(utcWindow(own), at)
  }
  if (type === undefined) {
    counters.last_permit_at = null
    counters.actions = [OTHER_ACTIONS]
  }
  for (const kept of counters.scopes) {
    kept.tracks = kept.tracks.map((track) =>
      type === undefined || resetType(track) === type ? emptied(track, at) : track,
    )
  }
}
