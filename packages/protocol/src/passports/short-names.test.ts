import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findShortConstraint, SHORT_CONSTRAINTS, tighteningOf } from './short-names.ts'

test('the short names stand for these constraints', () => {
  assert.deepEqual(Object.fromEntries(SHORT_CONSTRAINTS.map((row) => [row.name, row.core_key])), {
    max_per_action_cost: 'core:cost:max_per_action',
    max_daily_cost: 'core:cost:max_per_day',
    max_total_cost: 'core:cost:max_cumulative',
    rate_limit_per_minute: 'core:rate:max_per_minute',
    rate_limit_per_hour: 'core:rate:max_per_hour',
    allowed_domains: 'core:scope:domain_allowlist',
    allowed_paths: 'core:scope:target_allowlist',
    allowed_models: 'core:scope:model_allowlist',
    operating_hours: 'core:time:operating_hours',
  })
  assert.deepEqual(findShortConstraint('max_total_cost')?.implies, { 'core:cost:cumulative_window': 'total' })
})

test('whatever is not abbreviated must stay equal in a chain', () => {
  for (const name of [
    'core:cost:max_per_action',
    'operating_hours',
    'anything',
    'constructor',
    '__proto__',
    '',
  ]) {
    assert.equal(tighteningOf(name), 'equal')
  }
})
