import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConstraintInstance, collectInstances, fromEnvelopePermissions, trackersOf } from './collect.ts'

function maps(flat: Record<string, unknown>, byPermission: Record<string, Record<string, unknown>> = {}) {
  return {
    flat: new Map(Object.entries(flat)),
    byPermission: new Map(
      Object.entries(byPermission).map(
        ([permission, own]) => [permission, new Map(Object.entries(own))] as const,
      ),
    ),
  }
}

function collected(...[flat, byPermission]: Parameters<typeof maps>): ConstraintInstance[] {
  return collectInstances({ ...maps(flat, byPermission), action: 'files:read', source: 'passport' })
}

function told(instances: readonly ConstraintInstance[]): unknown[] {
  return instances.map(({ key, value, scope }) => [key, value, scope])
}

test('limits come in order of evaluation, whatever the order of the maps', () => {
  const instances = collected(
    { 'core:cost:max_per_action': 5, 'core:safety:fail_closed': true },
    { 'files:read': { 'core:rate:max_per_minute': 3 } },
  )
  assert.deepEqual(told(instances), [
    ['core:safety:fail_closed', true, '*'],
    ['core:rate:max_per_minute', 3, 'files:read'],
    ['core:cost:max_per_action', 5, '*'],
  ])
})

test('limits of every permission that covers the action apply, each in its own scope, and no others', () => {
  const own = { 'core:rate:max_per_minute': 3 }
  const permissions = {
    'files:read': own,
    'files:*': own,
    '*': own,
    'files:write': own,
    files: own,
    'file:*': own,
  }
  assert.deepEqual(
    collected({}, permissions).map(({ scope }) => scope),
    ['files:read', 'files:*', '*'],
  )
})

test('a flat limit counts the whole passport unless told otherwise', () => {
  const input = { ...maps({ 'core:rate:max_total': 3 }), action: 'files:read', source: 'catalog' } as const
  assert.equal(collectInstances(input)[0]?.scope, '*')
  assert.equal(collectInstances({ ...input, flatScope: 'files:read' })[0]?.scope, 'files:read')
})

test('a key that is not known comes first, without a type, so that it blocks', () => {
  const [first, second] = collected({ 'core:safety:fail_closed': true, 'core:cost:max_per_acton': 5 })
  assert.deepEqual([first?.key, first?.type], ['core:cost:max_per_acton', undefined])
  assert.equal(second?.key, 'core:safety:fail_closed')
})

test('a key that every object inherits is not known', () => {
  for (const key of ['constructor', '__proto__', 'toString']) {
    const instances = collectInstances({
      flat: new Map([[key, true]]),
      byPermission: new Map(),
      action: 'files:read',
      source: 'passport',
    })
    assert.deepEqual([instances.length, instances[0]?.type], [1, undefined])
  }
})

test('terms are no limits', () => {
  assert.deepEqual(collected({ 'core:pricing:per_call_cents': 5, 'core:sla:uptime_basis_points': 1 }), [])
})

test('a readable qualifier says how limits count and is no limit itself', () => {
  const instances = collected({
    'core:cost:max_cumulative': 5,
    'core:cost:cumulative_window': 'daily',
    'core:cost:window_timezone': 'Asia/Tokyo',
  })
  assert.equal(instances.length, 1)
  assert.deepEqual(instances[0]?.qualifiers, {
    timezone: 'Asia/Tokyo',
    cumulative_window: { kind: 'calendar', unit: 'daily', timezone: 'Asia/Tokyo' },
  })
})

test('an unreadable qualifier blocks', () => {
  for (const bad of [
    { 'core:cost:cumulative_window': 'yearly' },
    { 'core:cost:window_timezone': 'Mars/Olympus' },
  ]) {
    const instances = collected({ 'core:cost:max_cumulative': 5, ...bad })
    assert.deepEqual(
      instances.map(({ key }) => key),
      ['core:cost:max_cumulative', ...Object.keys(bad)],
    )
    assert.deepEqual(instances[1]?.type?.check(instances[1].value).length, 1)
  }
})

test("a permission's qualifiers come from its own map, then from the flat one, then they are the usual ones", () => {
  const limit = { 'core:cost:max_cumulative': 5 }
  const windowOf = (flat: Record<string, unknown>, own: Record<string, unknown>) =>
    collected(flat, { 'files:read': { ...limit, ...own } }).find(({ scope }) => scope === 'files:read')
      ?.qualifiers.cumulative_window
  assert.deepEqual(windowOf({}, {}), { kind: 'total' })
  assert.deepEqual(windowOf({ 'core:cost:cumulative_window': '1d' }, {}), { kind: 'rolling', ms: 86_400_000 })
  assert.deepEqual(
    windowOf({ 'core:cost:cumulative_window': '1d' }, { 'core:cost:cumulative_window': '2d' }),
    { kind: 'rolling', ms: 172_800_000 },
  )
  assert.deepEqual(
    windowOf({ 'core:cost:window_timezone': 'Asia/Tokyo' }, { 'core:cost:cumulative_window': 'daily' }),
    { kind: 'calendar', unit: 'daily', timezone: 'Asia/Tokyo' },
  )
})

test('a flat limit hears no qualifier of a permission', () => {
  const instances = collected(
    { 'core:cost:max_cumulative': 5 },
    { 'files:read': { 'core:cost:cumulative_window': 'daily' } },
  )
  assert.deepEqual(
    instances.map(({ qualifiers }) => qualifiers.cumulative_window),
    [{ kind: 'total' }],
  )
})

test('where only an envelope is known, every limit counts the whole passport, and equal ones once', () => {
  const constraints = { 'core:rate:max_per_minute': 3 }
  const instances = fromEnvelopePermissions(
    [
      { permission_key: 'files:read', constraints },
      { permission_key: 'files:*', constraints: { ...constraints, 'core:rate:max_per_hour': 9 } },
      { permission_key: '*', constraints: { 'core:rate:max_per_minute': 4 } },
      { permission_key: 'files:write', constraints: { 'core:rate:max_per_day': 1 } },
    ],
    'files:read',
  )
  assert.deepEqual(told(instances), [
    ['core:rate:max_per_minute', 3, '*'],
    ['core:rate:max_per_minute', 4, '*'],
    ['core:rate:max_per_hour', 9, '*'],
  ])
})

test('limits that count in different windows are not equal', () => {
  const instances = fromEnvelopePermissions(
    [
      { permission_key: 'a', constraints: { 'core:cost:max_cumulative': 5 } },
      {
        permission_key: '*',
        constraints: { 'core:cost:max_cumulative': 5, 'core:cost:cumulative_window': 'daily' },
      },
    ],
    'a',
    'ancestor',
  )
  assert.equal(instances.length, 2)
  assert.equal(instances[0]?.source, 'ancestor')
})

test('short names of the published packages are evaluated as what they stand for', () => {
  const constraints = {
    max_per_action_cost: 1,
    max_daily_cost: 2,
    max_total_cost: 3,
    rate_limit_per_minute: 4,
    rate_limit_per_hour: 5,
    allowed_domains: ['example.com'],
    allowed_paths: ['/a/*'],
    allowed_models: ['m'],
    operating_hours: { timezone: 'UTC', start: '09:00', end: '17:00' },
  }
  assert.deepEqual(
    fromEnvelopePermissions([{ permission_key: '*', constraints }], 'a').map(({ key, value }) => [
      key,
      value,
    ]),
    [
      ['core:time:operating_hours', constraints.operating_hours],
      ['core:scope:domain_allowlist', ['example.com']],
      ['core:scope:target_allowlist', ['/a/*']],
      ['core:scope:model_allowlist', ['m']],
      ['core:rate:max_per_minute', 4],
      ['core:rate:max_per_hour', 5],
      ['core:cost:max_per_action', 1],
      ['core:cost:max_cumulative', 3],
      ['core:cost:max_per_day', 2],
    ],
  )
})

test('a short total counts in total, whatever window a full name beside it has', () => {
  const constraints = {
    max_total_cost: 3,
    'core:cost:max_cumulative': 9,
    'core:cost:cumulative_window': 'daily',
  }
  const instances = fromEnvelopePermissions([{ permission_key: '*', constraints }], 'a')
  assert.deepEqual(
    instances.map(({ value, qualifiers }) => [value, qualifiers.cumulative_window.kind]),
    [
      [9, 'calendar'],
      [3, 'total'],
    ],
  )
})

test('an unknown short name blocks', () => {
  const instances = fromEnvelopePermissions(
    [{ permission_key: '*', constraints: { max_weekly_cost: 3 } }],
    'a',
  )
  assert.deepEqual(
    instances.map(({ type }) => type),
    [undefined],
  )
})

test('what must be kept is told once for each scope', () => {
  const instances = collected(
    { 'core:cost:max_cumulative': 5, 'core:rate:max_per_minute': 3, 'core:cost:max_per_action': 1 },
    { 'files:read': { 'core:rate:max_per_minute': 3 }, '*': { 'core:rate:max_per_minute': 9 } },
  )
  const scopes = trackersOf(instances)
  assert.deepEqual([...scopes.keys()].toSorted(), ['*', 'files:read'])
  assert.deepEqual(scopes.get('*'), [
    { kind: 'rate', window_ms: 60_000, limit: 3 },
    { kind: 'spend', window: { kind: 'total' } },
  ])
})

test('an unreadable limit needs nothing, for it blocks', () => {
  assert.deepEqual(trackersOf(collected({ 'core:rate:max_per_minute': 'ten' })), new Map())
})
