/**
 * Amounts at times, oldest first. Exact while short; a long list merges neighbours into the later of their
 * times, so that what it answers for "since then" is never too little.
 */
export interface EventList {
  times: number[]
  amounts: number[]
  /** Sum of all amounts. */
  sum: number
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
  return { times: [], amounts: [], sum: 0, slack_ms: 0 }
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
  list.sum = addUp(list.sum, amount)
  if (last >= 0 && (list.times[last] ?? 0) >= at) {
    list.amounts[last] = addUp(list.amounts[last] ?? 0, amount)
    return
  }
  list.times.push(at)
  list.amounts.push(amount)
  if (list.times.length > maxEntries) mergeNeighbours(list, Math.ceil(windowMs / (maxEntries * 0.9)))
}

function forgetUntil(list: EventList, time: number): void {
  const gone = countUntil(list, time)
  if (gone === 0) return
  list.sum = sumSince(list, time)
  list.times.splice(0, gone)
  list.amounts.splice(0, gone)
  if (list.times.length === 0) list.slack_ms = 0
}

function countUntil(list: EventList, time: number): number {
  let count = 0
  while (count < list.times.length && (list.times[count] ?? 0) <= time) count += 1
  return count
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

/** Sum of the amounts after `time`. Usually little has left the window, so what has is taken off the sum. */
export function sumSince(list: EventList, time: number): number {
  const gone = countUntil(list, time)
  if (gone === 0) return list.sum
  // A sum that stopped counting has lost what is above it, so nothing can be taken off.
  if (list.sum >= MORE_THAN_COUNTABLE) return sumOf(list.amounts.slice(gone))
  return list.sum - sumOf(list.amounts.slice(0, gone))
}

export function sumOf(amounts: readonly number[]): number {
  return amounts.reduce(addUp, 0)
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
