/**
 * Writing the canonical JSON of one enforcement record, in the key order in which the server builds it. The yardstick
 * is `JSON.stringify`, which neither sorts nor refuses; beside them the package that RFC 8785's author maintains.
 *
 *     npm run bench -- canonical-json
 */
import assert from 'node:assert/strict'
import { canonicalJson } from '@modei/protocol'
import canonicalize from 'canonicalize'
import { callsPerSecond, printRates } from './support/calls-per-second.ts'
import { report } from './support/report.ts'

function record(call: number): Record<string, unknown> {
  return {
    cost_declared: true,
    blocked_by: null,
    checks: [],
    evaluations: ['core:rate:max_per_minute', 'core:cost:max_per_action', 'core:cost:max_per_day'].map(
      (constraint_key) => ({
        constraint_key,
        result: 'pass',
        reason_code: null,
        source: 'passport',
        scope: '*',
        limit: 50_000,
        current: 1200 + call,
        requested: 900,
        resets_at: null,
      }),
    ),
    constraint_version: 3,
    counters: {
      before: { spent_cents: 1200, permits: 7 + call },
      after: { spent_cents: 2100, permits: 8 + call },
    },
    catalog: null,
    approval_request_id: null,
    metadata_hash: null,
    attestation_id: 'enf_0mf3k2h1q8x4w0pa7d21',
    type: 'enforcement',
    gate_id: 'gate_flights',
    passport_id: 'pp_0mf3k2h1q8x4',
    agent_id: 'agent-001',
    action: 'flights:book',
    target: 'https://api.flights.example/book?to=Zürich',
    decision: 'allow',
    reason_code: null,
    cost_cents: 900,
    sequence_number: 8 + call,
    chain_id: 'gate_flights',
    chain_index: 4711 + call,
    previous_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    signing_key_id: 'sk_0mf3k2h1q8x4',
    created_at: '2026-11-02T09:30:00.000Z',
  }
}

assert.equal(canonicalJson(record(1)), canonicalize(record(1)))

const records = Array.from({ length: 256 }, (_, call) => record(call))
const nth = (call: number) => records[call % records.length]
const rates = callsPerSecond({
  'JSON.stringify': (call) => JSON.stringify(nth(call)).length,
  canonicalJson: (call) => canonicalJson(nth(call)).length,
  'canonicalize 5.1.0': (call) => canonicalize(nth(call))?.length ?? Number.NaN,
})
console.log(`a record of ${canonicalJson(record(1)).length} characters`)
printRates(rates)
report({
  name: 'canonical_json',
  value: rates.get('canonicalJson') ?? Number.NaN,
  unit: 'records/s',
  reference: rates.get('JSON.stringify') ?? Number.NaN,
})
