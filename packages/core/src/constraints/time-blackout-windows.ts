import { parseTimestamp } from '@modei/protocol'
import { z } from 'zod'
import { defineConstraint } from './constraint.ts'
import { MAX_ENTRIES, momentOf, TimestampText } from './values.ts'

/** Judges readable times only: of others it has been said already that they are not. */
function endsAfterStart({ start, end }: { start: string; end: string }): boolean {
  const from = parseTimestamp(start)
  const until = parseTimestamp(end)
  return from === undefined || until === undefined || from < until
}

const Blackout = z
  .strictObject({ start: TimestampText, end: TimestampText })
  .refine(endsAfterStart, 'must end after it starts')

const Blackouts = z.array(Blackout).max(MAX_ENTRIES)
type Blackouts = z.infer<typeof Blackouts>

/** Stops all actions in given spans of time: start included, end excluded. */
export const timeBlackoutWindows = defineConstraint({
  key: 'core:time:blackout_windows',
  sequence: 11,
  kind: 'limit',
  name: 'Blackout windows',
  description: 'Blocks inside any of these spans of time, start included and end excluded.',
  value_type: 'list',
  unit: null,
  value: Blackouts,
  evaluate(limit, facts) {
    const end = endOfBlackout(limit, facts.now)
    if (end === undefined) return { result: 'pass', limit }
    return {
      result: 'block',
      reason: 'blackout_window_active',
      limit,
      detail: `no action is permitted before ${new Date(end).toISOString()}`,
      resets_at: end,
    }
  },
  narrows: (parent, child) => parent.every((window) => child.some((wider) => covers(wider, window))),
})

/** When the blackout that holds `now` ends, windows that join it included. */
function endOfBlackout(windows: Blackouts, now: number): number | undefined {
  let end: number | undefined
  const byStart = windows
    .map((window) => ({ start: momentOf(window.start), end: momentOf(window.end) }))
    .sort((a, b) => a.start - b.start)
  for (const window of byStart) {
    const moment = end ?? now
    if (window.start <= moment && moment < window.end) end = window.end
  }
  return end
}

function covers(wider: Blackouts[number], window: Blackouts[number]): boolean {
  return momentOf(wider.start) <= momentOf(window.start) && momentOf(window.end) <= momentOf(wider.end)
}
