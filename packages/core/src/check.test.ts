import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CheckInput, check } from './check.ts'
import { collectInstances } from './constraints/collect.ts'
import type { CatalogEntry, Credential, GateFacts } from './credential.ts'

const NOW = Date.UTC(2026, 4, 1, 12)

const credential: Credential = {
  access_mode: 'passport',
  passport_id: 'pp_1',
  agent_id: 'agent_1',
  agent_name: null,
  permissions: ['shop:*'],
  terms: [],
  gate_id: 'gate_a',
  root: 'gate',
  expires_at: '2027-01-01T00:00:00.000Z',
  expires_at_ms: Date.UTC(2027, 0, 1),
  tier: 'L2',
  malformed: null,
  revoked: null,
  possession: 'absent',
  catalog_pin: null,
}

function gateWith(risk?: CatalogEntry['risk_level']): GateFacts {
  const facts = {
    gate_id: 'gate_a',
    profile: 'L1',
    allow_self_issued: false,
    issuer_accepted: false,
  } as const
  if (risk === undefined) return { ...facts, catalog: null }
  const entry = { permission_key: 'shop:order', risk_level: risk, min_trust_level: 1, constraints: {} }
  return { ...facts, catalog: { known: true, version: 1, content_hash: 'x', entry } }
}

function judge(constraints: Record<string, unknown>, given: Partial<CheckInput> = {}) {
  const action = given.action ?? 'shop:order'
  const flat = new Map(Object.entries(constraints))
  return check({
    now: NOW,
    action,
    target: undefined,
    context: {},
    credential,
    gate: gateWith(),
    instances: collectInstances({ flat, byPermission: new Map(), action, source: 'passport' }),
    supervision_heartbeat_at: undefined,
    ...given,
  })
}

const CASES: readonly (readonly [string, Record<string, unknown>, Partial<CheckInput>, string | null])[] = [
  ['no constraint', {}, {}, null],
  ['a listed action', { 'core:scope:action_allowlist': ['shop:*'] }, {}, null],
  ['an unlisted action', { 'core:scope:action_allowlist': ['mail:*'] }, {}, 'action_not_allowed'],
  ['a blocked action', { 'core:scope:action_blocklist': ['*:order'] }, {}, 'action_blocked'],
  [
    'an allowed host',
    { 'core:scope:domain_allowlist': ['shop.example'] },
    { target: 'https://shop.example/a' },
    null,
  ],
  [
    'a host that only ends alike',
    { 'core:scope:domain_allowlist': ['shop.example'] },
    { target: 'https://evil-shop.example' },
    'domain_not_allowed',
  ],
  ['no target to compare', { 'core:scope:domain_allowlist': ['shop.example'] }, {}, 'target_missing'],
  ['a time before the end', { 'core:time:not_after': '2026-05-01T12:00:00.001Z' }, {}, null],
  ['the end itself', { 'core:time:not_after': '2026-05-01T12:00:00.000Z' }, {}, 'not_after_passed'],
  [
    'metadata that came as context',
    { 'core:data:required_metadata': ['ticket'] },
    { context: { ticket: 'T-1' } },
    null,
  ],
  ['metadata that did not come', { 'core:data:required_metadata': ['ticket'] }, {}, 'metadata_missing'],
  ['reading only, an action in no catalog', { 'core:data:read_only': true }, {}, 'action_mutating'],
  ['reading only, low risk in the catalog', { 'core:data:read_only': true }, { gate: gateWith('low') }, null],
  [
    'reading only, high risk in the catalog',
    { 'core:data:read_only': true },
    { gate: gateWith('high') },
    'action_mutating',
  ],
  ['a supervisor that never reported', { 'core:safety:fail_closed': true }, {}, 'supervision_stale'],
  [
    'a supervisor that just reported',
    { 'core:safety:fail_closed': true },
    { supervision_heartbeat_at: NOW - 1000 },
    null,
  ],
  ['limits that need counters', { 'core:rate:max_per_minute': 0, 'core:rate:max_total': 0 }, {}, null],
  ['limits that need a cost', { 'core:cost:max_per_action': 0, 'core:cost:required': true }, {}, null],
  ['limits that hold', { 'core:approval:required': true, 'core:cost:approval_threshold': 0 }, {}, null],
  ['an unknown constraint', { 'core:scope:action_allow': ['*'] }, {}, 'constraint_unknown'],
  ['a value that cannot be read', { 'core:scope:action_allowlist': 'shop:*' }, {}, 'constraint_unreadable'],
  [
    'an expired passport',
    { 'core:scope:action_allowlist': [] },
    { now: credential.expires_at_ms },
    'passport_expired',
  ],
]

describe('a check judges what needs no counter and no cost', () => {
  for (const [name, constraints, given, reason] of CASES) {
    test(name, () => {
      const outcome = judge(constraints, given)
      assert.equal(outcome.reason_code, reason)
      assert.equal(outcome.decision, reason === null ? 'allow' : 'block')
    })
  }
})

test('everything is reported though the first failure decides, and what waits for enforce is marked so', () => {
  const outcome = judge(
    {
      'core:rate:max_per_minute': 1,
      'core:scope:action_blocklist': ['*'],
      'core:time:not_after': '2026-01-01T00:00:00Z',
    },
    { credential: { ...credential, permissions: [] } },
  )
  assert.equal(outcome.reason_code, 'permission_not_granted')
  const failed = outcome.checks.filter(({ result }) => result === 'fail').map(({ name }) => name)
  assert.deepEqual(failed, ['permission', 'core:time:not_after', 'core:scope:action_blocklist'])
  const rate = outcome.checks.find(({ name }) => name === 'core:rate:max_per_minute')
  assert.equal(rate?.result, 'skip')
})
