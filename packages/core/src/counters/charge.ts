import { permissionCovers } from '@modei/protocol'
import { actionIndex } from './action-table.ts'
import type { Counters } from './counters.ts'
import { noteDecision, utcWindow, WINDOW_TYPES } from './counters.ts'
import { addToTrack } from './track.ts'
import { addToWindow, rollWindow } from './window-count.ts'

export interface Charge {
  now: number
  action: string
  cost_cents: number
  target_host: string | null | undefined
}

/** Counts a permit: for the whole passport, and in every scope kept that covers the action. */
export function charge(counters: Counters, permit: Charge): void {
  if (!Number.isSafeInteger(permit.cost_cents) || permit.cost_cents < 0) {
    throw new RangeError('a cost is a safe, non-negative integer of cents')
  }
  const at = noteDecision(counters, permit.now)
  const counted = {
    ...permit,
    target_host: permit.target_host ?? undefined,
    action_index: actionIndex(counters, permit.action),
  }
  for (const type of WINDOW_TYPES) {
    const count = counters.windows[type]
    rollWindow(count, utcWindow(type), at)
    addToWindow(count, permit.cost_cents, counted.action_index)
  }
  counters.last_permit_at = at
  for (const { scope, tracks } of counters.scopes) {
    if (permissionCovers(scope, permit.action)) for (const track of tracks) addToTrack(track, at, counted)
  }
}
