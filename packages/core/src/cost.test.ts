import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { collectInstances } from './constraints/collect.ts'
import { newCounters } from './counters/index.ts'
import { type EnforceOutcome, enforce } from './decide.ts'
import { prepareCounters } from './subject.ts'

const NOW = Date.UTC(2026, 4, 1)
const CALL = 'core:pricing:per_call_cents'

/** Enforces one action on a fresh passport, at a gate whose catalog lists the action with these terms. */
function spend(
  declared: number | undefined,
  terms: Record<string, unknown> | null,
  limits: Record<string, unknown>,
): EnforceOutcome {
  const instances = collectInstances({
    flat: new Map(Object.entries(limits)),
    byPermission: new Map(),
    action: 'a',
    source: 'passport',
  })
  const subjects = [{ counter_key: 'pp_1', counters: newCounters(NOW), instances }]
  assert.equal(
    prepareCounters(subjects, NOW, () => []),
    null,
  )
  const entry =
    terms === null
      ? null
      : { permission_key: 'a', risk_level: 'low' as const, min_trust_level: 1, constraints: terms }
  return enforce({
    now: NOW,
    action: 'a',
    target: undefined,
    cost_cents: declared,
    metadata: {},
    credential: {
      access_mode: 'passport',
      passport_id: 'pp_1',
      agent_id: 'agent_1',
      agent_name: null,
      permissions: ['a'],
      terms: [],
      gate_id: 'gate_1',
      root: 'gate',
      expires_at: '2027-01-01T00:00:00.000Z',
      expires_at_ms: Date.UTC(2027, 0, 1),
      tier: 'L2',
      malformed: null,
      revoked: null,
      possession: 'absent',
      catalog_pin: null,
    },
    gate: {
      gate_id: 'gate_1',
      profile: 'L1',
      allow_self_issued: false,
      issuer_accepted: false,
      catalog: entry === null ? null : { known: true, version: 1, content_hash: 'h', entry },
    },
    subjects,
    supervision_heartbeat_at: undefined,
    fingerprint: () => 'f',
    approval: null,
    new_approval_id: () => 'hold_1',
    approval_ttl_ms: 300_000,
  })
}

const CASES: readonly [string, number | undefined, Record<string, unknown> | null, number][] = [
  ['nothing declared and no catalog', undefined, null, 0],
  ['nothing declared and no price', undefined, {}, 0],
  ['nothing declared, the price of one call', undefined, { [CALL]: 25 }, 25],
  ['less than the price', 1, { [CALL]: 25 }, 25],
  ['nothing, said in so many words', 0, { [CALL]: 25 }, 25],
  ['the price exactly', 25, { [CALL]: 25 }, 25],
  ['more than the price', 26, { [CALL]: 25 }, 26],
  ['a price per minute is no price per call', 5, { 'core:pricing:per_minute_cents': 25 }, 5],
  ['a subscriber pays nothing per call', 0, { 'core:pricing:model': 'subscription', [CALL]: 25 }, 0],
  ['a free service', undefined, { [CALL]: 0 }, 0],
]

describe('a cost counts as at least the catalog’s price of one call', () => {
  for (const [name, declared, terms, cents] of CASES) {
    test(name, () => {
      const outcome = spend(declared, terms, { 'core:cost:max_per_action': 25 })
      assert.equal(outcome.cost_cents, cents)
      assert.equal(outcome.cost_declared, declared !== undefined)
      assert.equal(outcome.decision, cents <= 25 ? 'allow' : 'block')
    })
  }
})

test('every limit on spend says when no cost was declared, whether it permits or not', () => {
  for (const key of [
    'max_per_action',
    'max_cumulative',
    'max_per_day',
    'max_per_month',
    'approval_threshold',
  ]) {
    for (const limit of [0, 100]) {
      const silent = spend(undefined, { [CALL]: 25 }, { [`core:cost:${key}`]: limit })
      assert.match(
        silent.evaluations[0]?.detail ?? '',
        /no cost was declared, so the catalog’s price of 25 cents/,
        key,
      )
      const unpriced = spend(undefined, null, { [`core:cost:${key}`]: limit })
      assert.match(unpriced.evaluations[0]?.detail ?? '', /no cost was declared, so 0 cents/, key)
      const said = spend(25, { [CALL]: 25 }, { [`core:cost:${key}`]: limit })
      assert.doesNotMatch(said.evaluations[0]?.detail ?? '', /declared/, key)
    }
  }
})

test('a cost is known when it was declared or the catalog has a price, a price of nothing included', () => {
  const required = (declared: number | undefined, terms: Record<string, unknown> | null) =>
    spend(declared, terms, { 'core:cost:required': true }).decision
  assert.equal(required(undefined, null), 'block')
  assert.equal(required(undefined, {}), 'block')
  assert.equal(required(undefined, { 'core:pricing:model': 'per_call' }), 'block')
  assert.equal(required(undefined, { 'core:pricing:per_minute_cents': 5 }), 'block')
  assert.equal(required(undefined, { [CALL]: 0 }), 'allow')
  assert.equal(required(undefined, { 'core:pricing:model': 'subscription' }), 'allow')
  assert.equal(required(0, null), 'allow')
})
