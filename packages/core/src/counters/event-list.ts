import { PackedReader, packNumber } from './packed-numbers.ts'

/**
 * Amounts at times, oldest first. Exact while short; a long list merges neighbours into the later of their
 * times, so that what it answers for "since then" is never too little.
 * INVARIANT: to count an amount and to forget one touches the ends alone, however many there are between: a list is
 * read and written with every batch of decisions.
 */
export interface EventList {
  /** Sum of all amounts. */
  sum: number
  /** How much earlier than its stated time a merged amount may really have happened; 0 while exact. */
  slack_ms: number
  last: Event | undefined
  /** Number of the entries before the last. */
  packed_count: number
  /** They themselves, each as {@link packEntry} writes it. */
  packed: string
  /** From where the first of them counts its milliseconds. */
  packed_from: number
  /** The time of the newest of them. */
  packed_until: number
}

export interface Event {
  at: number
  amount: number
}

/**
 * Sums stop here, one above every limit that can be set: more than can be counted never fits.
 * It is exact as a double, and so is every comparison of a limit with sums of such numbers.
 */
export const MORE_THAN_COUNTABLE = Number.MAX_SAFE_INTEGER + 1

export function addUp(a: number, b: number): number {
  return Math.min(a + b, MORE_THAN_COUNTABLE)
}

export function newEventList(): EventList {
  return {
    sum: 0,
    slack_ms: 0,
    last: undefined,
    packed_count: 0,
    packed: '',
    packed_from: 0,
    packed_until: 0,
  }
}

/** A list of these, which are in the order of their times. */
export function eventListOf(events: Iterable<Event>, slackMs: number): EventList {
  const list = newEventList()
  list.slack_ms = slackMs
  for (const { at, amount } of events) append(list, at, amount)
  return list
}

/** Appends an amount and forgets what left the window. `at` is never before the last time of the list. */
export function addEvent(
  list: EventList,
  at: number,
  amount: number,
  windowMs: number,
  maxEntries: number,
): void {
  forgetUntil(list, at - windowMs)
  append(list, at, amount)
  if (list.packed_count >= maxEntries)
    Object.assign(list, merged(list, Math.ceil(windowMs / (maxEntries * 0.9))))
}

const SMALL_AMOUNTS = 3

/**
 * An entry as the milliseconds since the one before it, four times, and its amount less one added to that; or three
 * added, and then the amount by itself. Most are of one permit, and take two characters.
 */
function packEntry(milliseconds: number, amount: number): string {
  if (milliseconds > Number.MAX_SAFE_INTEGER / 8) throw new RangeError('a time is beyond every calendar')
  const isSmall = amount >= 1 && amount <= SMALL_AMOUNTS
  const scaled = milliseconds * (SMALL_AMOUNTS + 1)
  return isSmall ? packNumber(scaled + amount - 1) : packNumber(scaled + SMALL_AMOUNTS) + packNumber(amount)
}

/** The next entry, as the milliseconds since the one before it and its amount. */
function readEntry(reader: PackedReader): [milliseconds: number, amount: number] {
  const number = reader.next()
  const milliseconds = Math.floor(number / (SMALL_AMOUNTS + 1))
  const amount = number - milliseconds * (SMALL_AMOUNTS + 1)
  return [milliseconds, amount < SMALL_AMOUNTS ? amount + 1 : reader.next()]
}

function append(list: EventList, at: number, amount: number): void {
  const { last } = list
  list.sum = addUp(list.sum, amount)
  if (last !== undefined && last.at >= at) {
    last.amount = addUp(last.amount, amount)
    return
  }
  list.last = { at, amount }
  if (last === undefined) return
  list.packed += packEntry(last.at - list.packed_until, last.amount)
  list.packed_count += 1
  list.packed_until = last.at
}

function forgetUntil(list: EventList, time: number): void {
  if (list.last === undefined || list.last.at <= time) {
    Object.assign(list, newEventList())
    return
  }
  const gone = goneUntil(list, time)
  if (gone.count === 0) return
  list.sum = sumWithout(list, gone)
  list.packed = list.packed.slice(gone.length)
  list.packed_count -= gone.count
  list.packed_from = gone.until
}

/** The packed entries up to a time: how many, of how many characters, and what they sum to. */
interface Gone {
  count: number
  length: number
  until: number
  sum: number
}

function goneUntil(list: EventList, time: number): Gone {
  const reader = new PackedReader(list.packed)
  const gone = { count: 0, length: 0, until: list.packed_from, sum: 0 }
  while (!reader.isDone) {
    const [milliseconds, amount] = readEntry(reader)
    const at = gone.until + milliseconds
    if (at > time) break
    gone.sum = addUp(gone.sum, amount)
    gone.until = at
    gone.count += 1
    gone.length = reader.offset
  }
  return gone
}

function sumWithout(list: EventList, gone: Gone): number {
  if (list.sum < MORE_THAN_COUNTABLE) return list.sum - gone.sum
  // A sum that stopped counting has lost what is above it, so nothing can be taken off.
  return eventsOf(list)
    .slice(gone.count)
    .reduce((sum, { amount }) => addUp(sum, amount), 0)
}

/** All entries, oldest first. */
export function eventsOf(list: EventList): Event[] {
  const reader = new PackedReader(list.packed)
  const events: Event[] = []
  let at = list.packed_from
  while (!reader.isDone) {
    const [milliseconds, amount] = readEntry(reader)
    at += milliseconds
    events.push({ at, amount })
  }
  if (list.last !== undefined) events.push(list.last)
  return events
}

function merged(list: EventList, bucketMs: number): EventList {
  const events: Event[] = []
  let bucket = Number.NaN
  for (const { at, amount } of eventsOf(list)) {
    const own = Math.floor(at / bucketMs)
    const last = events.at(-1)
    if (own === bucket && last !== undefined) {
      last.at = at
      last.amount = addUp(last.amount, amount)
    } else {
      events.push({ at, amount })
      bucket = own
    }
  }
  return eventListOf(events, bucketMs)
}

/** Sum of the amounts after `time`. Usually little has left the window, so what has is taken off the sum. */
export function sumSince(list: EventList, time: number): number {
  if (list.last === undefined || list.last.at <= time) return 0
  const gone = goneUntil(list, time)
  return gone.count === 0 ? list.sum : sumWithout(list, gone)
}

/** The earliest moment at which what is still in the window sums to at most `room`; `undefined` if it never does. */
export function fallsTo(list: EventList, windowMs: number, room: number): number | undefined {
  if (room < 0) return undefined
  let sum = 0
  for (const { at, amount } of eventsOf(list).reverse()) {
    sum = addUp(sum, amount)
    if (sum > room) return at + windowMs
  }
  return 0
}
