import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  backfill,
  backfillSpan,
  charge,
  missingTrackers,
  newCounters,
  type PastPermit,
  parseCounters,
  resetCounters,
  serializeCounters,
  type Tracker,
  usageOf,
} from './index.ts'

const NOW = Date.UTC(2026, 5, 15, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const perMinute: Tracker = { kind: 'rate', window_ms: MINUTE, limit: 5 }
const perHour: Tracker = { kind: 'rate', window_ms: HOUR, limit: 5 }
const utcDay: Tracker = { kind: 'spend', window: { kind: 'calendar', unit: 'daily', timezone: 'UTC' } }
const tokyoDay: Tracker = {
  kind: 'spend',
  window: { kind: 'calendar', unit: 'daily', timezone: 'Asia/Tokyo' },
}
const total: Tracker = { kind: 'spend', window: { kind: 'total' } }

function permit(ago: number, more: Partial<PastPermit> = {}): PastPermit {
  return { at: NOW - ago, action: 'files:read', cost_cents: 1, target_host: undefined, ...more }
}

test('what is always kept for the whole passport is never missing, and in a scope it is', () => {
  const counters = newCounters(NOW)
  const always: Tracker[] = [utcDay, total, { kind: 'permits' }]
  assert.deepEqual(missingTrackers(counters, '*', always), [])
  assert.deepEqual(missingTrackers(counters, 'files:*', always), always)
})

test('a tracker is missing until it is filled, and named once', () => {
  const counters = newCounters(NOW)
  assert.deepEqual(missingTrackers(counters, '*', [perMinute, { ...perMinute, limit: 9 }, tokyoDay]), [
    perMinute,
    tokyoDay,
  ])
  backfill(counters, '*', [perMinute], [], NOW)
  assert.deepEqual(missingTrackers(counters, '*', [perMinute, tokyoDay]), [tokyoDay])
  assert.deepEqual(missingTrackers(counters, 'files:*', [perMinute]), [perMinute])
})

test('what several scopes keep, of every kind, is read back as it was written', () => {
  const counters = newCounters(NOW)
  const rolling: Tracker = { kind: 'spend', window: { kind: 'rolling', ms: HOUR } }
  const some = [
    permit(3),
    permit(2, { target_host: 'a.example' }),
    permit(1, { target_host: 'b"\\.example' }),
  ]
  backfill(counters, '*', [perMinute, tokyoDay, rolling, { kind: 'activity' }], some, NOW)
  backfill(counters, 'files:"*', [perHour], [], NOW)
  backfill(counters, 'files:*', [total, utcDay, rolling, { kind: 'permits' }, { kind: 'targets' }], some, NOW)
  assert.deepEqual(parseCounters(serializeCounters(counters)), counters)
})

test('the log is needed from the start of the longest window, and from the beginning for totals', () => {
  assert.equal(backfillSpan([perMinute], NOW), NOW - MINUTE)
  assert.equal(backfillSpan([perMinute, perHour], NOW), NOW - HOUR)
  assert.equal(backfillSpan([tokyoDay], NOW), Date.parse('2026-06-14T15:00Z'))
  assert.equal(backfillSpan([{ kind: 'activity' }], NOW), NOW - 35 * MINUTE)
  for (const tracker of [total, { kind: 'permits' }, { kind: 'targets' }] as const) {
    assert.equal(backfillSpan([perMinute, tracker], NOW), 0)
  }
  assert.equal(backfillSpan([], NOW), NOW)
})

test('a filled tracker counts only permits of its scope and window', () => {
  const counters = newCounters(NOW)
  const past = [
    permit(HOUR),
    permit(MINUTE),
    permit(MINUTE - 1),
    permit(5),
    permit(5, { action: 'flights:book' }),
  ]
  backfill(counters, 'files:*', [perMinute, total], past, NOW)
  const usage = usageOf(counters, 'files:*', NOW)
  assert.equal(usage.rate(MINUTE)?.count, 2)
  assert.equal(usage.spend({ kind: 'total' })?.spent, 4)
})

test('permits may come in any order', () => {
  const counters = newCounters(NOW)
  backfill(counters, '*', [perHour], [permit(5), permit(30 * MINUTE), permit(10)], NOW)
  assert.equal(usageOf(counters, '*', NOW).rate(HOUR)?.fitsAt(2), NOW - 10 + HOUR)
})

test('filling twice counts nothing twice', () => {
  const counters = newCounters(NOW)
  backfill(counters, '*', [perHour], [permit(5)], NOW)
  backfill(counters, '*', [perHour, perMinute], [permit(5)], NOW)
  assert.equal(usageOf(counters, '*', NOW).rate(HOUR)?.count, 1)
  assert.equal(usageOf(counters, '*', NOW).rate(MINUTE)?.count, 1)
})

test('a permit that the log puts into the future counts now, beside those before it', () => {
  const counters = newCounters(NOW)
  const past = [permit(5, { cost_cents: 1 }), permit(-24 * HOUR, { cost_cents: 7 })]
  backfill(counters, '*', [perMinute, tokyoDay], past, NOW)
  assert.equal(usageOf(counters, '*', NOW).rate(MINUTE)?.count, 2)
  const day = { kind: 'calendar', unit: 'daily', timezone: 'Asia/Tokyo' } as const
  assert.equal(usageOf(counters, '*', NOW).spend(day)?.spent, 8)
})

test('what was reset is not counted again', () => {
  const counters = newCounters(NOW - HOUR)
  resetCounters(counters, 'daily', NOW - 10)
  backfill(counters, '*', [tokyoDay, perHour], [permit(11), permit(10)], NOW)
  const day = { kind: 'calendar', unit: 'daily', timezone: 'Asia/Tokyo' } as const
  assert.equal(usageOf(counters, '*', NOW).spend(day)?.spent, 1)
  assert.equal(usageOf(counters, '*', NOW).rate(HOUR)?.count, 2)
})

test('the thousand and first host is never met', () => {
  const counters = newCounters(NOW)
  backfill(counters, '*', [{ kind: 'targets' }], [], NOW)
  for (let i = 0; i < 1001; i += 1) {
    charge(counters, { now: NOW, action: 'files:read', cost_cents: 0, target_host: `h${i}.example` })
  }
  const usage = usageOf(counters, '*', NOW)
  assert.equal(usage.hasMetTarget('h999.example'), true)
  assert.equal(usage.hasMetTarget('h1000.example'), false)
})

test('trackers that change often do not pile up, and totals and hosts stay', () => {
  const counters = newCounters(NOW)
  backfill(counters, '*', [{ kind: 'targets' }], [], NOW)
  for (let i = 1; i <= 500; i += 1)
    backfill(counters, '*', [{ kind: 'rate', window_ms: i, limit: 1 }], [], NOW)
  assert.equal(counters.scopes[0]?.tracks.length, 64)
  assert.deepEqual(
    missingTrackers(counters, '*', [{ kind: 'targets' }, { kind: 'rate', window_ms: 500, limit: 1 }]),
    [],
  )
})

test('the 257th action is counted under the star', () => {
  const counters = newCounters(NOW)
  for (let i = 0; i < 300; i += 1) {
    charge(counters, { now: NOW, action: `files:a${i}`, cost_cents: 0, target_host: undefined })
  }
  assert.equal(counters.actions.length, 257)
  assert.equal(counters.windows.total.actions[0], 44)
  assert.equal(counters.windows.total.permits, 300)
})

test('the text of a busy counter stays short', () => {
  const counters = newCounters(NOW)
  backfill(
    counters,
    '*',
    [perMinute, perHour, { kind: 'rate', window_ms: 24 * HOUR, limit: 100_000 }],
    [],
    NOW,
  )
  for (let i = 0; i < 20_000; i += 1) {
    charge(counters, { now: NOW + i * 7, action: 'files:read', cost_cents: 3, target_host: undefined })
  }
  const text = serializeCounters(counters)
  assert.ok(text.length < 20_000, `${text.length}`)
  assert.deepEqual(parseCounters(text), counters)
})
