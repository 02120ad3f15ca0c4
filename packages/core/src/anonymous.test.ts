import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AnonymousInput, type AnonymousRules, checkAnonymous } from './anonymous.ts'
import { collectInstances } from './constraints/collect.ts'
import { charge, newCounters } from './counters/index.ts'
import type { CatalogFacts } from './credential.ts'

const NOW = Date.UTC(2026, 5, 15, 12)

const open: AnonymousRules = {
  enabled: true,
  allowed_actions: ['flights:*', 'read', '*:status'],
  blocked_actions: ['flights:search/private', '*:describe'],
  read_only: true,
  rate_limit_per_minute: 5,
  rate_limit_per_hour: 50,
}

function listed(action: string, min_trust_level = 1, risk_level: 'low' | 'high' = 'low'): CatalogFacts {
  const entry = { permission_key: action, risk_level, min_trust_level, constraints: {} }
  return { known: true, version: 3, content_hash: 'a'.repeat(64), entry }
}

const unlisted: CatalogFacts = { known: true, version: 3, content_hash: 'a'.repeat(64), entry: null }

interface Case {
  action?: string
  rules?: Partial<AnonymousRules>
  profile?: 'L1' | 'L2' | 'L3'
  catalog?: CatalogFacts | null
  instances?: AnonymousInput['instances']
  counters?: AnonymousInput['counters']
  now?: number
}

function ask({ action = 'flights:search', rules, profile = 'L1', catalog = null, ...more }: Case) {
  return checkAnonymous({
    now: NOW,
    action,
    target: undefined,
    context: {},
    gate: { gate_id: 'gate_1', profile, catalog },
    rules: { ...open, ...rules },
    instances: [],
    supervision_heartbeat_at: undefined,
    counters: newCounters(NOW),
    ...more,
  })
}

describe('a caller without a passport', () => {
  const cases: readonly (readonly [name: string, asked: Case, reason: string | null])[] = [
    ['may do what is allowed', {}, null],
    ['may do it at profile L2', { profile: 'L2' }, null],
    [
      'may do what a pattern of a last segment allows',
      { action: 'orders:status', catalog: listed('x') },
      null,
    ],
    ['is admitted nowhere that does not say so', { rules: { enabled: false } }, 'anonymous_not_allowed'],
    ['is never admitted at L3', { profile: 'L3' }, 'anonymous_not_allowed'],
    ['may not do what is not allowed', { action: 'hotels:search' }, 'anonymous_action_not_allowed'],
    ['may do nothing by an empty list', { rules: { allowed_actions: [] } }, 'anonymous_action_not_allowed'],
    ['may not do what is blocked', { action: 'flights:search/private' }, 'anonymous_action_blocked'],
    [
      'may not do what is both blocked and allowed',
      { rules: { blocked_actions: ['*'] } },
      'anonymous_action_blocked',
    ],
    ['may not do what a blocked verb matches', { action: 'flights:describe' }, 'anonymous_action_blocked'],
    ['may not change anything', { action: 'flights:book' }, 'anonymous_read_only'],
    ['may not do what nobody knows', { action: 'flights:zap' }, 'anonymous_read_only'],
    [
      'may not do what the catalog calls risky',
      { catalog: listed('flights:search', 1, 'high') },
      'anonymous_read_only',
    ],
    ['may change things where that is said', { action: 'flights:book', rules: { read_only: false } }, null],
    ['may do what the catalog lists', { catalog: listed('flights:search') }, null],
    ['may not do what it does not list', { catalog: unlisted }, 'permission_not_in_catalog'],
    ['may not do what needs trust', { catalog: listed('flights:search', 2) }, 'trust_tier_insufficient'],
    [
      'may do nothing at a rate of 0 a minute',
      { rules: { rate_limit_per_minute: 0 } },
      'anonymous_rate_limited',
    ],
    [
      'may do nothing at a rate of 0 an hour',
      { rules: { rate_limit_per_hour: 0 } },
      'anonymous_rate_limited',
    ],
  ]
  for (const [name, asked, reason] of cases) {
    test(name, () => {
      const outcome = ask(asked)
      assert.equal(outcome.reason_code, reason)
      assert.equal(outcome.decision, reason === null ? 'allow' : 'block')
    })
  }

  test('is held to the limits of the catalog that need no counter', () => {
    const limits = new Map<string, unknown>([['core:time:not_after', '2026-01-01T00:00:00.000Z']])
    const action = 'flights:search'
    const instances = collectInstances({
      flat: new Map(),
      byPermission: new Map([[action, limits]]),
      action,
      source: 'catalog',
    })
    assert.equal(ask({ instances, catalog: listed(action) }).reason_code, 'not_after_passed')
  })

  test('is stopped by an unknown limit of the catalog', () => {
    const limits = new Map<string, unknown>([['core:rate:misspelt', 1]])
    const action = 'flights:search'
    const instances = collectInstances({
      flat: new Map(),
      byPermission: new Map([[action, limits]]),
      action,
      source: 'catalog',
    })
    assert.equal(ask({ instances, catalog: listed(action) }).reason_code, 'constraint_unknown')
  })
})

test('no minute and no hour holds more than its rate, and what was allowed leaves each window by itself', () => {
  const counters = newCounters(NOW)
  const allowed: number[] = []
  for (let at = NOW; at < NOW + 2 * 3_600_000; at += 7_000) {
    if (ask({ counters, now: at }).decision !== 'allow') continue
    charge(counters, { now: at, action: 'flights:search', cost_cents: 0, target_host: undefined })
    allowed.push(at)
  }
  const within = (from: number, ms: number) => allowed.filter((at) => at > from - ms && at <= from).length
  for (const at of allowed) {
    assert.ok(within(at, 60_000) <= 5)
    assert.ok(within(at, 3_600_000) <= 50)
  }
  assert.equal(allowed.length, 100)
})

test('every step is reported, and one that fails keeps the rate from being counted', () => {
  const { checks } = ask({ action: 'hotels:book' })
  assert.deepEqual(
    checks.map(({ name, result }) => `${name} ${result}`),
    [
      'anonymous_access pass',
      'blocked_actions pass',
      'allowed_actions fail',
      'read_only fail',
      'permission skip',
      'trust_level skip',
      'rate_limit skip',
    ],
  )
})
