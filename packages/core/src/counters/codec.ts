import type { SpendWindow } from '../windows.ts'
import { isCalendarUnit } from '../windows.ts'
import type { Counters, Reservation, ScopeCounters, WindowType } from './counters.ts'
import { WINDOW_TYPES } from './counters.ts'
import { type Event, type EventList, eventListOf } from './event-list.ts'
import { isPacked, PackedReader } from './packed-numbers.ts'
import type { Track } from './track.ts'
import type { WindowCount } from './window-count.ts'

/*
 * Counters are rewritten with every batch of decisions, so their text is short: arrays by position, and lists of
 * times as packed differences.
 */

/** Writes counters as one JSON text. */
export function serializeCounters(counters: Counters): string {
  const head = JSON.stringify([
    counters.version,
    counters.decided_at,
    counters.last_permit_at,
    counters.actions.slice(1),
    WINDOW_TYPES.map((type) => packCount(counters.windows[type])),
  ])
  const scopes = counters.scopes.map(
    ({ scope, tracks }) => `[${JSON.stringify(scope)},[${tracks.map(writeTrack).join(',')}]]`,
  )
  const tail = JSON.stringify([
    counters.reservations.map((held) => [
      held.id,
      held.fingerprint,
      held.action,
      held.cost_cents,
      held.expires_at,
    ]),
    [...WINDOW_TYPES, 'all' as const].map((type) => counters.resets[type] ?? null),
  ])
  return `${head.slice(0, -1)},[${scopes.join(',')}],${tail.slice(1)}`
}

function packCount(count: WindowCount): unknown[] {
  return [count.start, count.end, count.cents, count.permits, count.actions]
}

/** Packed numbers go in as they are: to look for what JSON escapes in thousands of characters took longer than the rest. */
function writeEvents(list: EventList): string {
  const { slack_ms, sum, last, packed, packed_count, packed_from, packed_until } = list
  if (last === undefined) return `[${slack_ms}]`
  const lasted = packed_until - packed_from
  return `["${packed}",${packed_count},${slack_ms},${sum},${packed_from},${lasted},${last.at - packed_until},${last.amount}]`
}

function writeTrack(track: Track): string {
  switch (track.kind) {
    case 'calendar':
      return JSON.stringify(
        track.window.kind === 'calendar'
          ? ['c', track.window.unit, track.window.timezone, packCount(track.count)]
          : ['c', 'total', '', packCount(track.count)],
      )
    case 'rolling':
      return `["o",${track.ms},${writeEvents(track.cents)}]`
    case 'rate':
      return `["r",${track.ms},${writeEvents(track.permits)}]`
    case 'permits':
      return JSON.stringify(['p', track.count, track.last_at])
    case 'activity':
      return `["a",${writeEvents(track.permits)}]`
    case 'targets':
      return JSON.stringify(['t', track.hosts])
  }
}

/**
 * Reads what {@link serializeCounters} wrote.
 * @throws on anything else: counters that cannot be read must block, never start again from nothing
 */
export function parseCounters(text: string): Counters {
  const [version, decidedAt, lastPermitAt, actions, windows, scopes, reservations, resets] = tuple(
    JSON.parse(text),
    8,
  )
  if (version !== 1) throw unreadable()
  const counts = tuple(windows, WINDOW_TYPES.length).map(readCount)
  return {
    version: 1,
    decided_at: whole(decidedAt),
    last_permit_at: orNull(lastPermitAt),
    actions: ['*', ...list(actions).map(string)],
    windows: byType((i) => counts[i]),
    scopes: list(scopes).map(readScope),
    reservations: list(reservations).map(readReservation),
    resets: readResets(resets),
  }
}

function byType(count: (index: number) => WindowCount | undefined): Record<WindowType, WindowCount> {
  const at = (index: number): WindowCount => {
    const found = count(index)
    if (found === undefined) throw unreadable()
    return found
  }
  return { hourly: at(0), daily: at(1), weekly: at(2), monthly: at(3), total: at(4) }
}

function readResets(value: unknown): Counters['resets'] {
  const resets: Counters['resets'] = {}
  const times = tuple(value, WINDOW_TYPES.length + 1)
  for (const [i, type] of [...WINDOW_TYPES, 'all' as const].entries()) {
    const time = orNull(times[i])
    if (time !== null) resets[type] = time
  }
  return resets
}

function readCount(value: unknown): WindowCount {
  const [start, end, cents, permits, actions] = tuple(value, 5)
  return {
    start: whole(start),
    end: orNull(end),
    cents: amount(cents),
    permits: amount(permits),
    actions: list(actions).map(amount),
  }
}

function readEvents(value: unknown): EventList {
  const parts = list(value)
  if (typeof parts[0] !== 'string') return readEarlierEvents(parts)
  const [packed, count, slack, sum, from, packedMs, lastMs, lastAmount] = tuple(parts, 8)
  const until = whole(amount(from) + amount(packedMs))
  return {
    sum: amount(sum),
    slack_ms: amount(slack),
    last: { at: whole(until + amount(lastMs)), amount: amount(lastAmount) },
    packed_count: amount(count),
    packed: packedText(packed),
    packed_from: amount(from),
    packed_until: until,
  }
}

/** An empty list, and what earlier releases wrote: the numbers themselves, or each packed by itself. */
function readEarlierEvents(parts: readonly unknown[]): EventList {
  const slack = amount(parts[0])
  if (typeof parts.at(-1) !== 'string') return eventListOf(readNumbers(parts.slice(1)), slack)
  const [, sum, from, packedMs, lastMs, lastAmount, count, packed] = tuple(parts, 8)
  const reader = new PackedReader(packedText(packed))
  const numbers: number[] = []
  while (!reader.isDone) numbers.push(reader.next())
  const events = readNumbers(numbers, amount(from))
  const last = whole(amount(from) + amount(packedMs) + amount(lastMs))
  const read = eventListOf([...events, { at: last, amount: amount(lastAmount) }], slack)
  if (events.length !== count || read.sum !== sum) throw unreadable()
  return read
}

function packedText(value: unknown): string {
  const text = string(value)
  if (!isPacked(text)) throw unreadable()
  return text
}

/** Milliseconds since the entry before and amounts, one after the other. */
function readNumbers(numbers: readonly unknown[], from = 0): Event[] {
  if (numbers.length % 2 !== 0) throw unreadable()
  const events: Event[] = []
  let at = from
  for (let i = 0; i < numbers.length; i += 2) {
    at = whole(at + amount(numbers[i]))
    events.push({ at, amount: amount(numbers[i + 1]) })
  }
  return events
}

function readScope(value: unknown): ScopeCounters {
  const [scope, tracks] = tuple(value, 2)
  return { scope: string(scope), tracks: list(tracks).map(readTrack) }
}

function readTrack(value: unknown): Track {
  const parts = list(value)
  switch (parts[0]) {
    case 'c':
      return { kind: 'calendar', window: readWindow(parts[1], parts[2]), count: readCount(parts[3]) }
    case 'o':
      return { kind: 'rolling', ms: amount(parts[1]), cents: readEvents(parts[2]) }
    case 'r':
      return { kind: 'rate', ms: amount(parts[1]), permits: readEvents(parts[2]) }
    case 'p':
      return { kind: 'permits', count: amount(parts[1]), last_at: orNull(parts[2]) }
    case 'a':
      return { kind: 'activity', permits: readEvents(parts[1]) }
    case 't':
      return { kind: 'targets', hosts: list(parts[1]).map(string) }
    default:
      throw unreadable()
  }
}

function readWindow(unit: unknown, timezone: unknown): SpendWindow {
  if (unit === 'total') return { kind: 'total' }
  if (!isCalendarUnit(unit)) throw unreadable()
  return { kind: 'calendar', unit, timezone: string(timezone) }
}

function readReservation(value: unknown): Reservation {
  const [id, fingerprint, action, cost, expires] = tuple(value, 5)
  return {
    id: string(id),
    fingerprint: string(fingerprint),
    action: string(action),
    cost_cents: amount(cost),
    expires_at: whole(expires),
  }
}

function unreadable(): Error {
  return new Error('counters cannot be read')
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw unreadable()
  return value
}

function tuple(value: unknown, length: number): unknown[] {
  const items = list(value)
  if (items.length !== length) throw unreadable()
  return items
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw unreadable()
  return value
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw unreadable()
  return value
}

function orNull(value: unknown): number | null {
  return value === null ? null : whole(value)
}

/** A count or sum: whole, not negative, at most one above the largest safe integer, where sums stop. */
function amount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw unreadable()
  if (value < 0 || value > Number.MAX_SAFE_INTEGER + 1) throw unreadable()
  return value
}
