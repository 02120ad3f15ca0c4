import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  CALENDAR_UNITS,
  parseSpendWindow,
  type SpendWindow,
  sameWindow,
  windowEnd,
  windowStart,
} from './windows.ts'

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Asia/Beirut',
]

const HOUR = 3_600_000
const calendarWindow = fc.record({
  kind: fc.constant('calendar' as const),
  unit: fc.constantFrom(...CALENDAR_UNITS),
  timezone: fc.constantFrom(...ZONES),
})
const moment = fc.oneof(
  fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) }),
  // Around changes of clocks, and the day that Samoa left out.
  fc
    .constantFrom(
      '2026-03-29T01:00Z',
      '2026-10-25T01:00Z',
      '2026-04-04T15:00Z',
      '2026-10-03T15:30Z',
      '2011-12-30T10:00Z',
    )
    .chain((text) => fc.integer({ min: -30 * HOUR, max: 30 * HOUR }).map((ms) => Date.parse(text) + ms)),
)

for (const text of [
  '',
  'yearly',
  'Total',
  'rolling',
  '59s',
  '0d',
  '11y',
  '-1d',
  '1.5h',
  '30',
  '30 d',
  'constructor',
]) {
  test(`${JSON.stringify(text)} is no window of spending`, () => {
    assert.equal(parseSpendWindow(text, 'UTC'), undefined)
  })
}

for (const [text, window] of [
  ['total', { kind: 'total' }],
  ['daily', { kind: 'calendar', unit: 'daily', timezone: 'Europe/Berlin' }],
  ['60s', { kind: 'rolling', ms: 60_000 }],
  ['30d', { kind: 'rolling', ms: 2_592_000_000 }],
] as const) {
  test(`${text} is a window of spending`, () => {
    assert.deepEqual(parseSpendWindow(text, 'Europe/Berlin'), window)
  })
}

test('windows count the same things only when kind, span and zone are the same', () => {
  const windows: SpendWindow[] = [
    { kind: 'total' },
    { kind: 'rolling', ms: 60_000 },
    { kind: 'rolling', ms: 60_001 },
    { kind: 'calendar', unit: 'daily', timezone: 'UTC' },
    { kind: 'calendar', unit: 'daily', timezone: 'Europe/Berlin' },
    { kind: 'calendar', unit: 'weekly', timezone: 'UTC' },
  ]
  for (const a of windows) for (const b of windows) assert.equal(sameWindow(a, structuredClone(b)), a === b)
})

test('every moment lies in exactly one calendar window, from its start to before its end', () => {
  fc.assert(
    fc.property(calendarWindow, moment, (window, now) => {
      const start = windowStart(window, now)
      const end = windowEnd(window, now)
      assert.ok(end !== undefined && start <= now && now < end)
      assert.equal(windowStart(window, start), start)
      assert.equal(windowStart(window, end - 1), start)
      assert.equal(windowStart(window, end), end)
      assert.equal(windowEnd(window, start), end)
    }),
    { numRuns: 1000 },
  )
})

test('windows in UTC by arithmetic are those that a zone of no offset has', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CALENDAR_UNITS), moment, (unit, now) => {
      const utc: SpendWindow = { kind: 'calendar', unit, timezone: 'UTC' }
      const zone: SpendWindow = { kind: 'calendar', unit, timezone: 'Etc/GMT' }
      assert.equal(windowStart(utc, now), windowStart(zone, now))
      assert.equal(windowEnd(utc, now), windowEnd(zone, now))
    }),
    { numRuns: 300 },
  )
})

for (const [name, unit, timezone, now, start, end] of [
  [
    'a day has 25 hours when clocks go back',
    'daily',
    'Europe/Berlin',
    '2026-10-25T12:00Z',
    '2026-10-24T22:00Z',
    '2026-10-25T23:00Z',
  ],
  [
    'a day has 23 hours when clocks go forward',
    'daily',
    'Europe/Berlin',
    '2026-03-29T12:00Z',
    '2026-03-28T23:00Z',
    '2026-03-29T22:00Z',
  ],
  [
    'a day whose midnight is skipped starts at one',
    'daily',
    'America/Sao_Paulo',
    '2018-11-04T12:00Z',
    '2018-11-04T03:00Z',
    '2018-11-05T02:00Z',
  ],
  [
    'the day after one that was left out is a day',
    'daily',
    'Pacific/Apia',
    '2011-12-30T10:00Z',
    '2011-12-30T10:00Z',
    '2011-12-31T10:00Z',
  ],
  ['a week starts on Monday', 'weekly', 'UTC', '2026-06-14T23:59Z', '2026-06-08T00:00Z', '2026-06-15T00:00Z'],
  [
    'a week starts on Monday in its zone',
    'weekly',
    'Europe/Berlin',
    '2026-10-25T22:59Z',
    '2026-10-18T22:00Z',
    '2026-10-25T23:00Z',
  ],
  [
    'a month ends in its zone',
    'monthly',
    'Asia/Kolkata',
    '2026-10-31T18:29Z',
    '2026-09-30T18:30Z',
    '2026-10-31T18:30Z',
  ],
  [
    'February has its leap day',
    'monthly',
    'UTC',
    '2028-02-29T12:00Z',
    '2028-02-01T00:00Z',
    '2028-03-01T00:00Z',
  ],
  [
    'an hour of a zone at half past starts there',
    'hourly',
    'Asia/Kolkata',
    '2026-10-25T12:00Z',
    '2026-10-25T11:30Z',
    '2026-10-25T12:30Z',
  ],
  [
    'an hour that is shown twice is two hours',
    'hourly',
    'Europe/Berlin',
    '2026-10-25T01:15Z',
    '2026-10-25T01:00Z',
    '2026-10-25T02:00Z',
  ],
  [
    'half an hour that is repeated joins its hour',
    'hourly',
    'Australia/Lord_Howe',
    '2026-04-04T15:15Z',
    '2026-04-04T14:00Z',
    '2026-04-04T15:30Z',
  ],
  [
    'half an hour that is left joins the hour before',
    'hourly',
    'Australia/Lord_Howe',
    '2026-10-03T15:45Z',
    '2026-10-03T14:30Z',
    '2026-10-03T16:00Z',
  ],
] as const) {
  test(name, () => {
    const window: SpendWindow = { kind: 'calendar', unit, timezone }
    assert.equal(windowStart(window, Date.parse(now)), Date.parse(start))
    assert.equal(windowEnd(window, Date.parse(now)), Date.parse(end))
  })
}

test('the total starts never and ends never, and a rolling window ends never', () => {
  assert.equal(windowStart({ kind: 'total' }, 5), 0)
  assert.equal(windowEnd({ kind: 'total' }, 5), undefined)
  assert.equal(windowStart({ kind: 'rolling', ms: 60_000 }, 60_005), 5)
  assert.equal(windowEnd({ kind: 'rolling', ms: 60_000 }, 60_005), undefined)
})
