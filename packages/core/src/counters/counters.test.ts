import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TOTAL } from '../windows.ts'
import {
  type Counters,
  charge,
  effectiveNow,
  extendReservation,
  findReservation,
  getReservation,
  newCounters,
  noteDecision,
  openReservations,
  parseCounters,
  release,
  reserve,
  resetCounters,
  serializeCounters,
  usageOf,
} from './index.ts'

const T0 = Date.UTC(2026, 5, 15, 12)
const DAY = { kind: 'calendar', unit: 'daily', timezone: 'UTC' } as const

function spend(counters: Counters, now: number, cost_cents: number, action = 'files:read'): void {
  charge(counters, { now, action, cost_cents, target_host: undefined })
}

function hold(id: string, cost_cents = 100, expires_at = T0 + 300_000) {
  return { id, fingerprint: `of ${id}`, action: 'files:read', cost_cents, expires_at }
}

test('a fresh counter has spent nothing and met nobody', () => {
  const usage = usageOf(newCounters(T0), '*', T0)
  assert.equal(usage.spend(TOTAL)?.spent, 0)
  assert.equal(usage.total(), 0)
  assert.equal(usage.lastPermitAt(), null)
})

test('what no constraint asked for is unknown, never zero', () => {
  const usage = usageOf(newCounters(T0), '*', T0)
  assert.equal(usage.rate(60_000), undefined)
  assert.equal(usage.activity(), undefined)
  assert.equal(usage.hasMetTarget('example.com'), undefined)
  assert.equal(usage.spend({ kind: 'rolling', ms: 60_000 }), undefined)
  assert.equal(usage.spend({ kind: 'calendar', unit: 'daily', timezone: 'Europe/Berlin' }), undefined)
  const scoped = usageOf(newCounters(T0), 'files:read', T0)
  assert.equal(scoped.spend(TOTAL), undefined)
  assert.equal(scoped.total(), undefined)
})

test('a cost that is no amount of money is never charged', () => {
  for (const cost of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => spend(newCounters(T0), T0, cost), RangeError)
  }
})

test('sums beyond what can be counted fit under no limit', () => {
  const counters = newCounters(T0)
  spend(counters, T0, Number.MAX_SAFE_INTEGER)
  spend(counters, T0, Number.MAX_SAFE_INTEGER)
  const spent = usageOf(parseCounters(serializeCounters(counters)), '*', T0).spend(TOTAL)?.spent ?? 0
  assert.equal(spent + 0 <= Number.MAX_SAFE_INTEGER, false)
})

test('time never goes back before the last decision', () => {
  const counters = newCounters(T0)
  noteDecision(counters, T0 + 1000)
  assert.equal(effectiveNow(counters, T0), T0 + 1000)
  spend(counters, T0 - 86_400_000, 5)
  assert.equal(counters.last_permit_at, T0 + 1000)
  assert.equal(usageOf(counters, '*', T0).spend(DAY)?.spent, 5)
})

test('counters that cannot be read throw instead of starting again from nothing', () => {
  const good = serializeCounters(newCounters(T0))
  for (const text of ['', 'null', '{}', '[]', '[2]', good.slice(0, -1), good.replace('[1,', '[2,')]) {
    assert.throws(() => parseCounters(text))
  }
  const parts: unknown[] = JSON.parse(good)
  for (const [i] of parts.entries()) {
    for (const bad of ['x', -0.5, {}, [1]]) {
      assert.throws(
        () => parseCounters(JSON.stringify(parts.with(i, bad))),
        `part ${i} as ${JSON.stringify(bad)}`,
      )
    }
  }
})

test('a list of times is read, also of an earlier release, and one that is broken is not', () => {
  const text = (events: unknown[]) =>
    JSON.stringify(JSON.parse(serializeCounters(newCounters(T0))).with(5, [['*', [['r', 60_000, events]]]]))
  const usage = (events: unknown[]) => usageOf(parseCounters(text(events)), '*', T0 + 5).rate(60_000)
  // Some permits nine milliseconds behind where it counts from, and one five later.
  const two = ['b$', 1, 7, 3, T0 - 9, 9, 5, 1]
  const many = ['d$a?', 1, 7, 901, T0 - 9, 9, 5, 1]
  const earlier = [7, 3, T0 - 9, 9, 5, 1, 1, ',%']
  assert.equal(usage([0])?.count, 0)
  assert.equal(usage(many)?.count, 901)
  assert.equal(usage([7, 1, T0 - 9, 9, 5, 1, 0, ''])?.count, 1, 'one whose first times were forgotten')
  for (const events of [[7, T0, 2, 5, 1], earlier, two])
    assert.equal(usage(events)?.count, 3, JSON.stringify(events))
  const broken: unknown[][] = [[], [7, T0], [7, T0, 2, 5], [7, T0, -1], [7, Number.MAX_SAFE_INTEGER, 1, 1, 1]]
  broken.push(['', T0, 2], ['#%'], earlier.with(7, ','), earlier.with(6, 2), earlier.with(1, 4))
  for (const list of [earlier, two, many]) {
    for (const [i, part] of list.entries()) {
      // Without its text it is a list of an earlier release.
      if (typeof part === 'number') broken.push(list.toSpliced(i, 1))
      broken.push(list.with(i, -1), list.with(i, ']'), list.with(i, Infinity))
    }
  }
  for (const events of broken) assert.throws(() => parseCounters(text(events)), JSON.stringify(events))
})

test('an action may be named like a member that every object has', () => {
  const counters = newCounters(T0)
  for (const action of ['__proto__', 'constructor', 'toString']) spend(counters, T0, 1, action)
  assert.deepEqual(parseCounters(serializeCounters(counters)), counters)
  assert.deepEqual(counters.actions, ['*', '__proto__', 'constructor', 'toString'])
})

test('an open hold keeps its cents, and a released or expired one gives them back', () => {
  const counters = newCounters(T0)
  reserve(counters, hold('h1'))
  reserve(counters, hold('h2', 50, T0 + 1000))
  const reserved = (now: number) => usageOf(counters, '*', now).spend(TOTAL)?.reserved
  assert.equal(reserved(T0 + 999), 150)
  assert.equal(reserved(T0 + 1000), 100)
  assert.equal(release(counters, 'h1'), true)
  assert.equal(release(counters, 'h1'), false)
  assert.equal(reserved(T0 + 999), 50)
})

test('the hold that a request is about to use does not stand in its own way', () => {
  const counters = newCounters(T0)
  reserve(counters, hold('h1'))
  assert.equal(usageOf(counters, '*', T0, { exclude_reservation: 'h1' }).spend(TOTAL)?.reserved, 0)
})

test('a hold counts only in scopes that cover its action', () => {
  const counters = newCounters(T0)
  reserve(counters, hold('h1'))
  assert.equal(usageOf(counters, '*', T0).spend(TOTAL)?.reserved, 100)
  assert.equal(usageOf(counters, 'mail:*', T0).spend(TOTAL), undefined)
})

test('the same request finds its open hold and no expired one', () => {
  const counters = newCounters(T0)
  reserve(counters, hold('h1'))
  assert.equal(findReservation(counters, 'of h1', T0)?.id, 'h1')
  assert.equal(findReservation(counters, 'of h1', T0 + 300_000), undefined)
  assert.equal(getReservation(counters, 'h1', T0 + 300_000), undefined)
  assert.equal(findReservation(counters, 'of h2', T0), undefined)
})

test('an expired hold cannot be extended back to life', () => {
  const counters = newCounters(T0)
  reserve(counters, hold('h1'))
  assert.equal(extendReservation(counters, 'h1', T0 + 900_000), true)
  noteDecision(counters, T0 + 900_000)
  assert.equal(extendReservation(counters, 'h1', T0 + 999_000), false)
  assert.equal(extendReservation(counters, 'h2', T0 + 999_000), false)
})

test('the thousand and first open hold is refused, and expired ones make room', () => {
  const counters = newCounters(T0)
  for (let i = 0; i < 1000; i += 1)
    assert.equal(reserve(counters, hold(`h${i}`, 1, T0 + (i < 10 ? 10 : 1000))), true)
  assert.equal(reserve(counters, hold('one more')), false)
  assert.equal(openReservations(counters, T0), 1000)
  assert.equal(openReservations(counters, T0 + 10), 990)
  assert.equal(reserve(counters, hold('one more'), T0 + 10), true)
})

test('a reset forgets what was used and keeps open holds', () => {
  const counters = newCounters(T0)
  spend(counters, T0, 70)
  reserve(counters, hold('h1'))
  resetCounters(counters, undefined, T0 + 1)
  const usage = usageOf(counters, '*', T0 + 1)
  assert.equal(usage.spend(TOTAL)?.spent, 0)
  assert.equal(usage.spend(TOTAL)?.reserved, 100)
  assert.equal(usage.total(), 0)
  assert.equal(usage.lastPermitAt(), null)
})

test('a reset of one kind of window leaves the others', () => {
  const counters = newCounters(T0)
  spend(counters, T0, 70)
  resetCounters(counters, 'daily', T0)
  const usage = usageOf(counters, '*', T0)
  assert.equal(usage.spend(DAY)?.spent, 0)
  assert.equal(usage.spend(TOTAL)?.spent, 70)
  assert.equal(usage.total(), 1)
})
