/**
 * Amounts at times, oldest first. Exact while short; a long list merges neighbours into the later of their
 * times, so that what it answers for "since then" is never too little.
 */
export interface EventList {
  times: number[]
  amounts: number[]
  /** How much earlier than its stated time a merged amount may really have happened; 0 while exact. */
  slack_ms: number
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
  return { times: [], amounts: [], slack_ms: 0 }
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
  const last = list.times.length - 1
  if (last >= 0 && (list.times[last] ?? 0) >= at) {
    list.amounts[last] = addUp(list.amounts[last] ?? 0, amount)
    return
  }
  list.times.push(at)
  list.amounts.push(amount)
  if (list.times.length > maxEntries) mergeNeighbours(list, Math.ceil(windowMs / (maxEntries * 0.9)))
}

function forgetUntil(list: EventList, time: number): void {
  let gone = 0
  while (gone < list.times.length && (list.times[gone] ?? 0) <= time) gone += 1
  if (gone === 0) return
  list.times.splice(0, gone)
  list.amounts.splice(0, gone)
  if (list.times.length === 0) list.slack_ms = 0
}

function mergeNeighbours(list: EventList, bucketMs: number): void {
  const times: number[] = []
  const amounts: number[] = []
  let bucket = Number.NaN
  for (const [i, time] of list.times.entries()) {
    const amount = list.amounts[i] ?? 0
    const own = Math.floor(time / bucketMs)
    const last = times.length - 1
    if (own === bucket) {
      times[last] = time
      amounts[last] = addUp(amounts[last] ?? 0, amount)
    } else {
      times.push(time)
      amounts.push(amount)
      bucket = own
    }
  }
  list.times = times
  list.amounts = amounts
  list.slack_ms = bucketMs
}

/** Sum of the amounts in (`from`, `until`]. */
export function sumBetween(list: EventList, from: number, until = Number.POSITIVE_INFINITY): number {
  let sum = 0
  for (let i = list.times.length - 1; i >= 0; i -= 1) {
    const time = list.times[i] ?? 0
    if (time <= from) break
    if (time <= until) sum = addUp(sum, list.amounts[i] ?? 0)
  }
  return sum
}

/** The earliest moment at which what is still in the window sums to at most `room`; `undefined` if it never does. */
export function fallsTo(list: EventList, windowMs: number, room: number): number | undefined {
  if (room < 0) return undefined
  let sum = 0
  for (let i = list.times.length - 1; i >= 0; i -= 1) {
    sum = addUp(sum, list.amounts[i] ?? 0)
    if (sum > room) return (list.times[i] ?? 0) + windowMs
  }
  return 0
}
