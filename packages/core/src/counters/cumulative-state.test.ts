import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backfill, charge, cumulativeState, newCounters } from './index.ts'

const NOW = Date.UTC(2026, 5, 15, 12)
const berlinDay = { kind: 'calendar', unit: 'daily', timezone: 'Europe/Berlin' } as const

function charged(times = 1, action = 'files:read') {
  const counters = newCounters(NOW - 3_600_000)
  backfill(
    counters,
    '*',
    [
      { kind: 'rate', window_ms: 60_000, limit: 5 },
      { kind: 'spend', window: berlinDay },
    ],
    [],
    NOW,
  )
  backfill(counters, 'files:read', [{ kind: 'rate', window_ms: 3_600_000, limit: 5 }], [], NOW)
  for (let i = 0; i < times; i += 1) {
    charge(counters, { now: NOW + Math.floor(i / 2), action, cost_cents: 5, target_host: undefined })
  }
  return counters
}

test('without a limit on spend the total is told, and one window of every type', () => {
  const state = cumulativeState(charged(), NOW)
  assert.equal(state.window_type, 'total')
  assert.equal(state.window_start, null)
  assert.equal(state.cost_cumulative_cents, 5)
  assert.deepEqual(state.action_counts, { 'files:read': 1 })
  assert.deepEqual(
    state.windows.map(({ window_type, window_start }) => [window_type, window_start]),
    [
      ['hourly', '2026-06-15T12:00:00.000Z'],
      ['daily', '2026-06-15T00:00:00.000Z'],
      ['weekly', '2026-06-15T00:00:00.000Z'],
      ['monthly', '2026-06-01T00:00:00.000Z'],
      ['total', null],
    ],
  )
})

test('the widest window in use is told, in its zone', () => {
  const state = cumulativeState(charged(), NOW, [
    { kind: 'calendar', unit: 'hourly', timezone: 'UTC' },
    berlinDay,
  ])
  assert.equal(state.window_type, 'daily')
  assert.equal(state.window_start, '2026-06-14T22:00:00.000Z')
  assert.equal(state.cost_cumulative_cents, 5)
  assert.deepEqual(state.action_counts, { 'files:read': 1 })
})

test('a rolling window is told as the total', () => {
  assert.equal(
    cumulativeState(charged(), NOW, [berlinDay, { kind: 'rolling', ms: 60_000 }]).window_type,
    'total',
  )
})

test('a window that is over is told as empty', () => {
  const state = cumulativeState(charged(), NOW + 86_400_000)
  const daily = state.windows.find(({ window_type }) => window_type === 'daily')
  assert.equal(daily?.window_start, '2026-06-16T00:00:00.000Z')
  assert.equal(daily?.cost_cumulative_cents, 0)
  assert.deepEqual(daily?.action_counts, {})
  assert.deepEqual(state.rate_windows['core:rate:max_per_minute'], [])
})

test('times of rates are told by constraint, and by permission where they belong to one', () => {
  assert.deepEqual(cumulativeState(charged(3), NOW + 1).rate_windows, {
    'core:rate:max_per_minute': [
      '2026-06-15T12:00:00.000Z',
      '2026-06-15T12:00:00.000Z',
      '2026-06-15T12:00:00.001Z',
    ],
    'files:read core:rate:max_per_hour': [
      '2026-06-15T12:00:00.000Z',
      '2026-06-15T12:00:00.000Z',
      '2026-06-15T12:00:00.001Z',
    ],
  })
})

test('at most a thousand times are told, the newest', () => {
  const { rate_windows } = cumulativeState(charged(1500), NOW + 1000)
  assert.equal(Object.values(rate_windows).flat().length, 1000)
  assert.equal(rate_windows['core:rate:max_per_minute']?.at(-1), '2026-06-15T12:00:00.749Z')
})

test('an action that is named like an inherited member is told', () => {
  const { action_counts } = cumulativeState(charged(1, '__proto__'), NOW)
  assert.deepEqual(Object.entries(action_counts), [['__proto__', 1]])
})
