import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isTimeZone, nextClockChange, wallClock, wallMoments } from './civil-time.ts'

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]
const WEEKDAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

for (const name of [
  '',
  'Mars/Olympus',
  '+02:00',
  '-00:00',
  'UTC+2',
  'Europe',
  '../UTC',
  'constructor',
  '__proto__',
  'Z',
  'UTC\n',
]) {
  test(`${JSON.stringify(name)} is no time zone, however often it is asked for`, () => {
    assert.equal(isTimeZone(name), false)
    assert.equal(isTimeZone(name), false)
  })
}

test('only text can be a time zone', () => {
  for (const value of [undefined, null, 0, {}, ['UTC']]) assert.equal(isTimeZone(value), false)
})

test('the wall clock shows what the platform formats, in any order of questions', () => {
  const formats = new Map(
    ZONES.map((zone) => [
      zone,
      new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
    ]),
  )
  const moment = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2036, 0) })
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      moment,
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
      (zone, ms, step) => {
        for (const at of [ms, ms + step, ms]) {
          const { weekday, minute_of_day } = wallClock(at, zone)
          const shown = `${String(Math.floor(minute_of_day / 60)).padStart(2, '0')}:${String(minute_of_day % 60).padStart(2, '0')}`
          assert.equal(formats.get(zone)?.format(at), `${WEEKDAYS[weekday]} ${shown}`)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('the wall clock is right on both sides of a change of clocks', () => {
  const change = Date.parse('2026-03-29T01:00Z')
  assert.equal(wallClock(change - 1, 'Europe/Berlin').minute_of_day, 119)
  assert.equal(wallClock(change, 'Europe/Berlin').minute_of_day, 180)
  assert.equal(wallClock(change - 1, 'Europe/Berlin').minute_of_day, 119)
  assert.equal(nextClockChange(change - 1, 'Europe/Berlin'), change)
  assert.equal(nextClockChange(change, 'Asia/Kolkata'), undefined)
})

test('a time that is shown twice is two moments, and one that is skipped is beside the gap', () => {
  const iso = (ms: number) => new Date(ms).toISOString()
  assert.deepEqual(wallMoments(Date.parse('2026-10-25T00:00Z'), 'Europe/Berlin', 0, 150).map(iso), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T01:30:00.000Z',
  ])
  assert.deepEqual(wallMoments(Date.parse('2026-03-28T12:00Z'), 'Europe/Berlin', 1, 150).map(iso), [
    '2026-03-29T00:30:00.000Z',
    '2026-03-29T01:30:00.000Z',
  ])
})
