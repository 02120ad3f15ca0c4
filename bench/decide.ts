/**
 * The decision alone: a passport with six limits, every one evaluated and passed, counters of a busy minute behind it.
 * The yardstick is `JSON.parse` and `JSON.stringify` of the request that asks.
 *
 *     npm run bench -- decide
 */
import assert from 'node:assert/strict'
import {
  applyEffect,
  type Credential,
  collectInstances,
  type EnforceInput,
  enforce,
  type GateFacts,
  newCounters,
  prepareCounters,
  type Subject,
} from '@modei/core'
import { callsPerSecond, printRates } from './support/calls-per-second.ts'
import { SIX_LIMITS } from './support/limits.ts'
import { report } from './support/report.ts'

const NOW = Date.UTC(2026, 10, 2, 9, 30)
const ACTION = 'flights:book'
const PASSPORT = 'pp_0mf3k2h1q8x4'

const credential: Credential = {
  access_mode: 'passport',
  passport_id: PASSPORT,
  agent_id: 'agent-001',
  agent_name: null,
  permissions: ['flights:search', 'flights:book', 'hotels:*'],
  terms: [],
  gate_id: 'gate_flights',
  root: 'gate',
  expires_at: '2026-12-01T00:00:00.000Z',
  expires_at_ms: Date.UTC(2026, 11, 1),
  tier: 'L2',
  malformed: null,
  revoked: null,
  possession: 'absent',
  catalog_pin: null,
}

const gate: GateFacts = {
  gate_id: 'gate_flights',
  profile: 'L1',
  allow_self_issued: false,
  issuer_accepted: false,
  catalog: null,
}

function busySubject(): Subject {
  const counters = newCounters(NOW - 60_000)
  const instances = collectInstances({
    flat: new Map(Object.entries(SIX_LIMITS)),
    byPermission: new Map(),
    action: ACTION,
    source: 'passport',
  })
  const subject = { counter_key: PASSPORT, counters, instances }
  assert.equal(instances.length, 6)
  assert.equal(
    prepareCounters([subject], NOW - 60_000, () => []),
    null,
  )
  for (let i = 0; i < 300; i += 1) {
    const now = NOW - 60_000 + i * 200
    applyEffect(counters, {
      type: 'charge',
      now,
      action: ACTION,
      cost_cents: 125,
      target_host: 'api.example.com',
    })
  }
  return subject
}

const subjects = [busySubject()]

function input(call: number): EnforceInput {
  return {
    now: NOW + (call % 1000),
    action: ACTION,
    target: 'https://api.example.com/v2/bookings',
    cost_cents: 100 + (call % 900),
    metadata: {},
    credential,
    gate,
    subjects,
    supervision_heartbeat_at: undefined,
    fingerprint: () => 'not asked for',
    approval: null,
    new_approval_id: () => 'hold_0mf3k2h1q8x4',
    approval_ttl_ms: 300_000,
  }
}

const asked = JSON.stringify({
  passport_id: PASSPORT,
  action: ACTION,
  target: 'https://api.example.com/v2/bookings',
  cost_cents: 900,
})
const passed = enforce(input(0))
assert.equal(passed.decision, 'allow', passed.block_reason ?? '')
assert.equal(passed.evaluations.length, 6)

const rates = callsPerSecond({
  'parse and print the request': (call) => JSON.stringify({ ...JSON.parse(asked), cost_cents: call }).length,
  'enforce, 6 limits': (call) => {
    const outcome = enforce(input(call))
    if (outcome.decision !== 'allow') throw new Error('a decision changed')
    return outcome.cumulative_cost
  },
})
printRates(rates)
report({
  name: 'decide',
  value: rates.get('enforce, 6 limits') ?? Number.NaN,
  unit: 'decisions/s',
  reference: rates.get('parse and print the request') ?? Number.NaN,
})
