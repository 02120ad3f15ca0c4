import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissionCovers } from '@modei/protocol'
import fc from 'fast-check'
import type { SpendWindow } from '../windows.ts'
import {
  backfill,
  type Counters,
  charge,
  effectiveNow,
  newCounters,
  noteDecision,
  parseCounters,
  release,
  reserve,
  resetCounters,
  serializeCounters,
  type Tracker,
  usageOf,
  type WindowType,
} from './index.ts'

/*
 * The counters against a slow, obvious model that keeps every permit and filters the list.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Permit {
  at: number
  action: string
  cost_cents: number
  target_host: string | undefined
}

interface Model {
  now: number
  permits: Permit[]
  held: { id: string; action: string; cost_cents: number; expires_at: number }[]
  resets: { at: number; type: WindowType | undefined; permits: number }[]
}

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland']
const SCOPES = ['*', 'files:*', 'files:read']
const ACTIONS = ['files:read', 'files:delete', 'flights:book']
const UNITS = ['hourly', 'daily', 'weekly', 'monthly'] as const

const WINDOWS: SpendWindow[] = [
  { kind: 'total' },
  ...UNITS.flatMap((unit) => ZONES.map((timezone): SpendWindow => ({ kind: 'calendar', unit, timezone }))),
]
const ROLLING_MS = [MINUTE, 12 * HOUR, 30 * DAY]
const RATE_MS = [1000, MINUTE, HOUR, DAY]

const TRACKERS: Tracker[] = [
  ...WINDOWS.map((window): Tracker => ({ kind: 'spend', window })),
  ...ROLLING_MS.map((ms): Tracker => ({ kind: 'spend', window: { kind: 'rolling', ms } })),
  ...RATE_MS.map((window_ms): Tracker => ({ kind: 'rate', window_ms, limit: 5 })),
  { kind: 'permits' },
  { kind: 'activity' },
  { kind: 'targets' },
]

const formats = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'long',
      hourCycle: 'h23',
    }),
  ]),
)

/** Names the calendar window that holds a moment; equal for moments of the same window. */
function nameOfWindow(unit: (typeof UNITS)[number], zone: string, ms: number): string {
  const [date = '', time = ''] = (formats.get(zone)?.format(ms) ?? '').split(', ')
  if (unit === 'daily') return date
  if (unit === 'monthly') return date.slice(0, 7)
  // The name of the zone tells the two hours apart that show the same time.
  if (unit === 'hourly') return `${date} ${time.slice(0, 2)} ${time.slice(9)}`
  const day = Date.parse(date)
  return new Date(day - ((new Date(day).getUTCDay() + 6) % 7) * DAY).toISOString()
}

function isWithin(window: SpendWindow, at: number, now: number): boolean {
  if (window.kind === 'total') return true
  if (window.kind === 'rolling') return at > now - window.ms
  return nameOfWindow(window.unit, window.timezone, at) === nameOfWindow(window.unit, window.timezone, now)
}

function typeOf(window: SpendWindow): WindowType | undefined {
  if (window.kind === 'rolling') return undefined
  return window.kind === 'total' ? 'total' : window.unit
}

/** Permits of a scope that no reset of this type, or of everything, has made forgotten. */
function counted(model: Model, scope: string, type: WindowType | undefined): Permit[] {
  const resets = model.resets.filter((reset) => reset.type === undefined || reset.type === type)
  const from = Math.max(0, ...resets.map((reset) => reset.permits))
  return model.permits.slice(from).filter((permit) => permissionCovers(scope, permit.action))
}

function spentIn(model: Model, scope: string, window: SpendWindow): number {
  return counted(model, scope, typeOf(window))
    .filter((permit) => isWithin(window, permit.at, model.now))
    .reduce((sum, permit) => sum + permit.cost_cents, 0)
}

type Step =
  | { do: 'wait'; ms: number }
  | { do: 'charge'; action: string; cost_cents: number; host: string | undefined; skew: number }
  | { do: 'reserve'; id: string; action: string; cost_cents: number; ttl: number }
  | { do: 'release'; id: string }
  | { do: 'reset'; type: WindowType | undefined }
  | { do: 'store' }
  | { do: 'track'; scope: string; tracker: Tracker }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(fc.nat(5), fc.nat(2 * MINUTE), fc.nat(2 * DAY), fc.constantFrom(MINUTE, HOUR, DAY)),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('charge' as const),
      action: fc.constantFrom(...ACTIONS),
      cost_cents: fc.nat(100),
      host: fc.option(fc.constantFrom('example.com', 'evil.com'), { nil: undefined }),
      skew: fc.constantFrom(0, 0, 0, -1000, -HOUR),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reserve' as const),
      id: fc.constantFrom('h1', 'h2', 'h3'),
      action: fc.constantFrom(...ACTIONS),
      cost_cents: fc.nat(100),
      ttl: fc.constantFrom(1, 1000, 5 * MINUTE),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('release' as const), id: fc.constantFrom('h1', 'h2', 'h3') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reset' as const),
      type: fc.constantFrom<WindowType | undefined>(
        undefined,
        'hourly',
        'daily',
        'weekly',
        'monthly',
        'total',
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('store' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('track' as const),
      scope: fc.constantFrom(...SCOPES),
      tracker: fc.constantFrom(...TRACKERS),
    }),
  },
)

/** Around the changes of clocks in the north and the south. */
const beginning = fc.constantFrom(
  Date.UTC(2026, 2, 28, 22, 30),
  Date.UTC(2026, 9, 24, 20, 59, 59, 999),
  Date.UTC(2026, 3, 4, 12),
  Date.UTC(2026, 10, 1, 4, 30),
  Date.UTC(2026, 11, 31, 23, 59),
  Date.UTC(2028, 1, 28),
)

function apply(counters: Counters, model: Model, one: Step): Counters {
  switch (one.do) {
    case 'wait':
      model.now += one.ms
      return counters
    case 'charge': {
      charge(counters, {
        now: model.now + one.skew,
        action: one.action,
        cost_cents: one.cost_cents,
        target_host: one.host,
      })
      // Time does not go back: a decision asked for earlier is made at the time of the last one.
      const at = counters.decided_at
      model.permits.push({ at, action: one.action, cost_cents: one.cost_cents, target_host: one.host })
      return counters
    }
    case 'reserve': {
      const held = {
        id: one.id,
        action: one.action,
        cost_cents: one.cost_cents,
        expires_at: model.now + one.ttl,
      }
      reserve(counters, { ...held, fingerprint: one.id }, model.now)
      model.held = [...model.held.filter(({ id }) => id !== one.id), held]
      return counters
    }
    case 'release':
      release(counters, one.id)
      model.held = model.held.filter(({ id }) => id !== one.id)
      return counters
    case 'reset':
      // A permit of the very millisecond of a reset may count as one after it, which errs on the safe side.
      model.now = Math.max(model.now, counters.decided_at) + 1
      resetCounters(counters, one.type, model.now)
      model.resets.push({ at: model.now, type: one.type, permits: model.permits.length })
      return counters
    case 'store':
      return parseCounters(serializeCounters(counters))
    case 'track':
      backfill(counters, one.scope, [one.tracker], model.permits, model.now)
      return counters
  }
}

function compare(counters: Counters, model: Model): void {
  model.now = effectiveNow(counters, model.now)
  for (const scope of SCOPES) {
    const usage = usageOf(counters, scope, model.now)
    const reserved = model.held
      .filter((held) => model.now < held.expires_at && permissionCovers(scope, held.action))
      .reduce((sum, held) => sum + held.cost_cents, 0)
    for (const window of WINDOWS) {
      const spend = usage.spend(window)
      if (spend === undefined) continue
      assert.equal(spend.spent, spentIn(model, scope, window), `${scope} ${JSON.stringify(window)}`)
      assert.equal(spend.reserved, reserved)
    }
    for (const ms of ROLLING_MS) {
      const spend = usage.spend({ kind: 'rolling', ms })
      if (spend !== undefined) assert.equal(spend.spent, spentIn(model, scope, { kind: 'rolling', ms }))
    }
    for (const ms of RATE_MS) {
      const count = usage.rate(ms)?.count
      if (count === undefined) continue
      assert.equal(
        count,
        counted(model, scope, undefined).filter((permit) => permit.at > model.now - ms).length,
      )
    }
    const total = usage.total()
    if (total !== undefined) assert.equal(total, counted(model, scope, 'total').length)
    const activity = usage.activity()
    if (activity !== undefined) {
      const ages = counted(model, scope, undefined).map((permit) => model.now - permit.at)
      assert.equal(activity.recent, ages.filter((age) => age < 5 * MINUTE).length)
      assert.equal(activity.baseline, ages.filter((age) => age >= 5 * MINUTE && age < 35 * MINUTE).length)
    }
    const met = usage.hasMetTarget('example.com')
    if (met !== undefined) {
      assert.equal(
        met,
        counted(model, scope, undefined).some((permit) => permit.target_host === 'example.com'),
      )
    }
  }
}

test('counters answer what a list of all permits answers, whatever happens in whatever order', () => {
  fc.assert(
    fc.property(beginning, fc.array(step, { maxLength: 40, size: 'max' }), (now, steps) => {
      const model: Model = { now, permits: [], held: [], resets: [] }
      let counters = newCounters(now)
      for (const one of steps) {
        counters = apply(counters, model, one)
        compare(counters, model)
      }
    }),
    { numRuns: 250 },
  )
})

test('a budget lets exactly as many actions pass as fit, in windows of every kind', () => {
  const window = fc.constantFrom<SpendWindow>(
    ...WINDOWS,
    { kind: 'rolling', ms: 12 * HOUR },
    { kind: 'rolling', ms: MINUTE },
  )
  fc.assert(
    fc.property(window, beginning, fc.integer({ min: 1, max: 50 }), fc.nat(400), (own, now, cost, limit) => {
      const counters = newCounters(now)
      backfill(counters, '*', [{ kind: 'spend', window: own }], [], now)
      let passed = 0
      for (let i = 0; i < 60; i += 1) {
        const usage = usageOf(counters, '*', now).spend(own)
        assert.ok(usage !== undefined)
        if (usage.spent + usage.reserved + cost > limit) continue
        charge(counters, { now, action: 'files:read', cost_cents: cost, target_host: undefined })
        passed += 1
      }
      assert.equal(passed, Math.min(60, Math.floor(limit / cost)))
    }),
    { numRuns: 300 },
  )
})

test('a request fits at the moment that is told, and not before', () => {
  const windows = fc.constantFrom<SpendWindow>(...WINDOWS, { kind: 'rolling', ms: 12 * HOUR })
  const steps = fc.array(
    step.filter((one) => one.do !== 'track' && one.do !== 'reset'),
    { maxLength: 25, size: 'max' },
  )
  fc.assert(
    fc.property(windows, beginning, steps, fc.nat(60), fc.nat(400), (window, now, happened, cents, limit) => {
      const model: Model = { now, permits: [], held: [], resets: [] }
      let counters = newCounters(now)
      backfill(counters, '*', [{ kind: 'spend', window }], [], now)
      for (const one of happened) counters = apply(counters, model, one)
      const fits = (time: number): boolean => {
        const usage = usageOf(counters, '*', time).spend(window)
        return usage !== undefined && usage.spent + usage.reserved + cents <= limit
      }
      const at = effectiveNow(counters, model.now)
      const told = usageOf(counters, '*', at).spend(window)?.fitsAt(cents, limit)
      if (told === undefined) {
        assert.equal(fits(at + 400 * DAY), false)
        return
      }
      assert.equal(fits(told), true)
      if (told > at) assert.equal(fits(told - 1), false)
    }),
    { numRuns: 300 },
  )
})

/** Tries at the given times, each permitted when one more fits, and answers the times of the permits. */
function permitWithin(limit: number, windowMs: number, times: readonly number[]): number[] {
  let counters = newCounters(times[0] ?? 0)
  backfill(counters, '*', [{ kind: 'rate', window_ms: windowMs, limit }], [], times[0] ?? 0)
  const permitted: number[] = []
  for (const [i, now] of times.entries()) {
    if (i % 500 === 0) counters = parseCounters(serializeCounters(counters))
    noteDecision(counters, now)
    const rate = usageOf(counters, '*', now).rate(windowMs)
    assert.ok(rate !== undefined)
    if (rate.count + 1 > limit) continue
    charge(counters, { now, action: 'files:read', cost_cents: 0, target_host: undefined })
    permitted.push(now)
  }
  return permitted
}

/** The most times that any (t − span, t] holds. */
function densest(times: readonly number[], span: number): number {
  let most = 0
  let from = 0
  for (const [i, time] of times.entries()) {
    while ((times[from] ?? 0) <= time - span) from += 1
    most = Math.max(most, i - from + 1)
  }
  return most
}

const gaps = fc.array(fc.oneof(fc.nat(3), fc.nat(400), fc.constantFrom(0, 59_999, 60_000)), {
  maxLength: 400,
  size: 'max',
})

test('no interval of 60 seconds ever holds more permits than the limit', () => {
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 60 }), (waits, limit) => {
      let now = Date.UTC(2026, 5, 15)
      const permitted = permitWithin(
        limit,
        MINUTE,
        waits.map((wait) => (now += wait)),
      )
      assert.ok(densest(permitted, MINUTE) <= limit)
    }),
    { numRuns: 200 },
  )
})

test('under a limit within a thousand, every attempt that fits is permitted', () => {
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 60 }), (waits, limit) => {
      let now = Date.UTC(2026, 5, 15)
      const times = waits.map((wait) => (now += wait))
      const obvious: number[] = []
      for (const time of times)
        if (obvious.filter((at) => at > time - MINUTE).length < limit) obvious.push(time)
      assert.deepEqual(permitWithin(limit, MINUTE, times), obvious)
    }),
    { numRuns: 100 },
  )
})

for (const [limit, gap] of [
  [1500, 7],
  [5000, 11],
  [2000, 1],
] as const) {
  test(`no interval of 60 seconds ever holds more than ${limit} permits, and nearly that many pass`, () => {
    let now = Date.UTC(2026, 5, 15)
    // A pattern of pauses that has no common measure with the width of the merged entries.
    const times = Array.from({ length: 20_000 }, (_, i) => (now += (i * 7919) % gap))
    const permitted = permitWithin(limit, MINUTE, times)
    const most = densest(permitted, MINUTE)
    assert.ok(most <= limit)
    assert.ok(most >= Math.min(limit, densest(times, MINUTE)) * 0.99)
  })
}

test('a rolling budget of many small amounts only ever counts too much, and little', () => {
  let now = Date.UTC(2026, 5, 15)
  const ms = 12 * HOUR
  const counters = newCounters(now)
  backfill(counters, '*', [{ kind: 'spend', window: { kind: 'rolling', ms } }], [], now)
  const spends: { at: number; cents: number }[] = []
  for (let i = 0; i < 6000; i += 1) {
    now += (i * 7919) % 30_011
    const cents = (i * 31) % 17
    charge(counters, { now, action: 'files:read', cost_cents: cents, target_host: undefined })
    spends.push({ at: now, cents })
    if (i % 50 !== 0) continue
    const within = (span: number) =>
      spends.reduce((sum, one) => (one.at > now - span ? sum + one.cents : sum), 0)
    const told = usageOf(counters, '*', now).spend({ kind: 'rolling', ms })?.spent ?? Number.NaN
    assert.ok(told >= within(ms), 'counts too little')
    assert.ok(told <= within(ms + Math.ceil(ms / 648)), 'counts more than a bucket too much')
  }
  assert.ok(serializeCounters(counters).length < 20_000)
})
