import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { operations } from '../operations/index.ts'

type Body = Record<string, unknown>

const PASSPORT = 'pp_0mf3k2h1q8x4'
const KEY = `${'A'.repeat(43)}=`
const ENVELOPE = { passport_json: { schema_version: 2 }, signature: 'AAAA' }
const issue = { agent_id: 'agent_a', permissions: ['flights:*'] }
const enforce = { passport_id: PASSPORT, action: 'flights:book' }
const record = { passport_id: PASSPORT, permission: 'flights:book', result: 'allowed' }
const consume = { passport_id: PASSPORT, gate_id: 'gate_a', action: 'a', outcome: 'success' }
const settle = {
  gate_id: 'gate_a',
  period_type: 'daily',
  period_start: '2026-04-01',
  period_end: '2026-04-01',
}
const TOO_LARGE = { a: 'x'.repeat(65_529) }
const catalog = (...permissions: Body[]) => ({ permissions })

type Case = [name: string, id: keyof typeof operations, body: unknown]

const ACCEPTED: Case[] = [
  ['a gate by name and id', 'create_gate', { name: 'A', gate_id: 'a' }],
  ['an empty change', 'update_gate', {}],
  [
    'a passport with both expiries when they are equal',
    'issue_passport',
    { ...issue, expires_in_seconds: 3600, expires_in: '1h' },
  ],
  ['a passport for ten years', 'issue_passport', { ...issue, expires_in_seconds: 315_360_000 }],
  [
    'null for what a client does not have',
    'issue_passport',
    { ...issue, agent_name: null, constraints: null, expires_in: null, metadata: null },
  ],
  ['an agent key with a prefix', 'issue_passport', { ...issue, agent_public_key: `ed25519:${KEY}` }],
  ['a passport of an issuer', 'create_passport', { issuer_id: 'iss_0mf3k2h1', ...issue }],
  ['an envelope that its issuer signed', 'create_passport', ENVELOPE],
  ['a check without a passport', 'check_gate', { action: 'read' }],
  ['a check with an envelope', 'check_gate', { action: 'read', passport: ENVELOPE }],
  ['an envelope as text', 'register_passport', { passport_json: '{}', signature: 'AAAA' }],
  ['a cost of nothing', 'enforce_action', { ...enforce, cost_cents: 0 }],
  ['the greatest cost', 'enforce_action', { ...enforce, cost_cents: Number.MAX_SAFE_INTEGER }],
  ['a cost as JSON writes floats', 'enforce_action', { ...enforce, cost_cents: JSON.parse('900.0') }],
  ['metadata of exactly 64 KiB', 'enforce_action', { ...enforce, metadata: { a: 'x'.repeat(65_528) } }],
  ['an approval', 'enforce_action', { ...enforce, approval_request_id: 'hold_0mf3k2h1' }],
  [
    'a record by the other names',
    'record_attestation',
    { passport_id: PASSPORT, action: 'a', decision: 'PERMIT' },
  ],
  ['a catalog by the other name', 'create_catalog', catalog({ key: 'a' })],
  ['an empty catalog', 'create_catalog', catalog()],
  ['constraints as the body itself', 'set_constraints', { 'core:rate:max_per_minute': 5, read: {} }],
  ['a status that the transition table judges', 'update_settlement_status', { status: 'pending' }],
  ['a rolling window', 'reset_cumulative_state', { window_type: '30d' }],
  ['no anonymous address', 'set_anonymous_policy', { upgrade_url: null }],
  ['a verb wherever it stands', 'set_anonymous_policy', { blocked_actions: ['*:delete'] }],
  ['a key without scopes', 'create_api_key', { name: 'a' }],
]

const REFUSED: Case[] = [
  ['a gate id in capitals', 'create_gate', { name: 'A', gate_id: 'gate_A' }],
  ['a profile that is none', 'create_gate', { name: 'A', gate_id: 'a', profile: 'L4' }],
  ['an empty name', 'create_gate', { name: '', gate_id: 'a' }],
  ['a null name in a change', 'update_gate', { name: null }],
  ['a control character in a name', 'create_gate', { name: 'a\u0000b', gate_id: 'a' }],
  ['a lone surrogate, which cannot be signed', 'create_gate', { name: 'a\ud800', gate_id: 'a' }],
  ['a domain with a path', 'create_issuer', { name: 'A', domain: 'a.example/x' }],
  ['a public key without padding', 'create_issuer', { name: 'A', public_key: 'A'.repeat(43) }],
  ['a passport without permissions', 'issue_passport', { ...issue, permissions: [] }],
  ['a permission that is none', 'issue_passport', { ...issue, permissions: ['a b'] }],
  ['different expiries', 'issue_passport', { ...issue, expires_in_seconds: 3600, expires_in: '2h' }],
  ['an expiry of zero', 'issue_passport', { ...issue, expires_in_seconds: 0 }],
  ['a negative expiry', 'issue_passport', { ...issue, expires_in_seconds: -1 }],
  ['a fractional expiry', 'issue_passport', { ...issue, expires_in_seconds: 1.5 }],
  ['an expiry over ten years', 'issue_passport', { ...issue, expires_in_seconds: 315_360_001 }],
  ['milliseconds taken for seconds', 'issue_passport', { ...issue, expires_in_seconds: 1_776_886_200_000 }],
  ['an expiry of zero as text', 'issue_passport', { ...issue, expires_in: '0s' }],
  ['an expiry over ten years as text', 'issue_passport', { ...issue, expires_in: '11y' }],
  ['an expiry that cannot be read', 'issue_passport', { ...issue, expires_in: 'tomorrow' }],
  ['an expiry as a text of digits', 'issue_passport', { ...issue, expires_in_seconds: '3600' }],
  ['a misspelt limit', 'issue_passport', { ...issue, constraint: {} }],
  ['constraints as a list', 'issue_passport', { ...issue, constraints: [] }],
  ['an agent id with a dot segment', 'issue_passport', { ...issue, agent_id: 'a/../b' }],
  ['an issuer that is none', 'create_passport', { issuer_id: 'gate_a', ...issue }],
  ['an envelope without signature', 'create_passport', { passport_json: {} }],
  ['a grant and an envelope at once', 'create_passport', { ...issue, ...ENVELOPE }],
  ['a check by id and by envelope', 'check_gate', { action: 'a', passport_id: PASSPORT, passport: ENVELOPE }],
  ['a check of a pattern', 'check_gate', { action: 'flights:*' }],
  ['a check without an action', 'check_gate', { passport_id: PASSPORT }],
  [
    'an open assertion',
    'check_gate',
    { action: 'a', assertion: { assertion_json: {}, assertion_signature: 'AA', key: 'B' } },
  ],
  ['an action without a passport', 'enforce_action', { action: 'a' }],
  ['an action by a null passport', 'enforce_action', { action: 'a', passport_id: null }],
  ['an action by two passports', 'enforce_action', { ...enforce, passport: ENVELOPE }],
  ['a negative cost', 'enforce_action', { ...enforce, cost_cents: -100 }],
  ['a fractional cost', 'enforce_action', { ...enforce, cost_cents: 0.5 }],
  ['a cost that is no number', 'enforce_action', { ...enforce, cost_cents: Number.NaN }],
  ['an endless cost', 'enforce_action', { ...enforce, cost_cents: JSON.parse('1e999') }],
  ['a cost beyond safe integers', 'enforce_action', { ...enforce, cost_cents: 2 ** 53 }],
  ['a cost as text', 'enforce_action', { ...enforce, cost_cents: '900' }],
  ['a misspelt cost', 'enforce_action', { ...enforce, cost_cent: 900 }],
  ['metadata of more than 64 KiB', 'enforce_action', { ...enforce, metadata: TOO_LARGE }],
  [
    'metadata of more bytes than characters',
    'enforce_action',
    { ...enforce, metadata: { a: 'é'.repeat(40_000) } },
  ],
  ['metadata with a lone surrogate', 'enforce_action', { ...enforce, metadata: { a: '\ud800' } }],
  ['a context of more than 64 KiB', 'check_gate', { action: 'read', context: TOO_LARGE }],
  [
    'a consumption with metadata of more than 64 KiB',
    'issue_consumption_attestation',
    { ...consume, metadata: TOO_LARGE },
  ],
  ['a record with metadata of more than 64 KiB', 'record_attestation', { ...record, metadata: TOO_LARGE }],
  ['a grant with metadata of more than 64 KiB', 'issue_passport', { ...issue, metadata: TOO_LARGE }],
  [
    'a grant of an issuer with metadata of more than 64 KiB',
    'create_passport',
    { issuer_id: 'iss_0mf3k2h1', ...issue, metadata: TOO_LARGE },
  ],
  ['an envelope with metadata of more than 64 KiB', 'create_passport', { ...ENVELOPE, metadata: TOO_LARGE }],
  ['metadata as a list', 'enforce_action', { ...enforce, metadata: ['a'] }],
  ['an empty target', 'enforce_action', { ...enforce, target: '' }],
  ['an id that climbs', 'enforce_action', { ...enforce, passport_id: '../pp_a' }],
  ['a record without a permission', 'record_attestation', { passport_id: PASSPORT, result: 'allowed' }],
  ['a record without a result', 'record_attestation', { passport_id: PASSPORT, permission: 'a' }],
  ['a record with both names', 'record_attestation', { ...record, action: 'flights:book' }],
  ['a result that is no decision', 'record_attestation', { ...record, result: 'yes' }],
  ['a negative duration', 'record_attestation', { ...record, execution_ms: -1 }],
  ['a permission without a key', 'create_catalog', catalog({ display_name: 'A' })],
  ['a permission with both names', 'create_catalog', catalog({ key: 'a', permission_key: 'a' })],
  ['a permission twice', 'create_catalog', catalog({ key: 'a' }, { permission_key: 'a' })],
  ['a pattern in a catalog', 'create_catalog', catalog({ key: 'a:*' })],
  ['a trust level that is none', 'create_catalog', catalog({ key: 'a', min_trust_level: 4 })],
  ['a trust level as text', 'create_catalog', catalog({ key: 'a', min_trust_level: '1' })],
  ['a risk that is none', 'create_catalog', catalog({ key: 'a', risk_level: 'huge' })],
  ['a price where none belongs', 'create_catalog', catalog({ key: 'a', price: 5 })],
  ['an effective day that never comes', 'publish_catalog', { effective_at: '2026-02-30T00:00:00Z' }],
  ['an effective time without a zone', 'publish_catalog', { effective_at: '2026-02-03T00:00:00' }],
  ['no use at all', 'issue_consumption_attestation', { ...consume, quantity: 0 }],
  ['half a use', 'issue_consumption_attestation', { ...consume, quantity: 0.5 }],
  ['an outcome that is none', 'issue_consumption_attestation', { ...consume, outcome: 'ok' }],
  ['an open proof', 'issue_consumption_attestation', { ...consume, agent_pop: { signature: 'A', extra: 1 } }],
  ['a period of a year', 'generate_settlement', { ...settle, period_type: 'yearly' }],
  ['a day that is none', 'generate_settlement', { ...settle, period_end: '2026-02-30' }],
  ['a time for a day', 'generate_settlement', { ...settle, period_end: '2026-04-01T00:00:00Z' }],
  ['a status that is none', 'update_settlement_status', { status: 'refunded' }],
  ['a window that is none', 'reset_cumulative_state', { window_type: 'yearly' }],
  ['a rolling window of nothing', 'reset_cumulative_state', { window_type: '0d' }],
  ['a script as an address', 'set_anonymous_policy', { upgrade_url: 'javascript:alert(1)' }],
  ['a pattern that matches nothing', 'set_anonymous_policy', { blocked_actions: ['*:*'] }],
  ['both names of a list', 'set_anonymous_policy', { permissions: [], allowed_actions: [] }],
  ['a negative rate', 'set_anonymous_policy', { rate_limit_per_minute: -1 }],
  ['a scope that is none', 'create_api_key', { name: 'a', scopes: ['*'] }],
  ['an empty list of scopes, which some read as all', 'create_api_key', { name: 'a', scopes: [] }],
  ['a version that is none', 'create_api_key', { name: 'a', api_version: '2020-01-01' }],
  [
    'another word than revoke',
    'revoke_self_issued_passport',
    {
      assertion_json: {
        passport_id: PASSPORT,
        action: 'keep',
        nonce: 'n',
        revoked_at: '2026-04-22T19:30:00.000Z',
      },
      assertion_signature: 'A',
    },
  ],
  ['a template that climbs', 'apply_constraint_template', { template_slug: '..' }],
]

function parse(id: keyof typeof operations, body: unknown) {
  const { body: schema } = operations[id]
  assert.ok(schema)
  return schema.safeParse(body)
}

describe('requests', () => {
  for (const [name, id, body] of ACCEPTED) {
    test(`${id} takes ${name}`, () => assert.deepEqual(parse(id, body).error?.issues, undefined))
  }
  for (const [name, id, body] of REFUSED) {
    test(`${id} refuses ${name}`, () => assert.equal(parse(id, body).success, false))
  }
})

describe('queries', () => {
  const accepted: [id: keyof typeof operations, query: Record<string, string>][] = [
    ['list_gates', {}],
    ['list_gates', { limit: '1000', cursor: 'abc' }],
    ['list_passports', { status: 'all', agent_id: 'agent_a' }],
    ['list_attestations', { decision: 'PERMIT', since: '2026-04-01', until: '2026-04-22T19:30:00+02:00' }],
    ['list_enforcement_attestations', { decision: 'request_hold', limit: '5' }],
    ['list_workspace_attestations', { after: '2026-04-01', before: '2026-05-01', action: 'flights:book' }],
    ['list_constraint_types', { category: 'nonsense' }],
    ['discover_services', { capability: 'flights:*', pricing_model: 'nonsense', offset: '40' }],
    ['list_settlements', { from: '2026-04-01', to: '2026-05-01', limit: '20', offset: '0' }],
  ]
  for (const [id, query] of accepted) {
    test(`${id} takes ${JSON.stringify(query)}`, () =>
      assert.deepEqual(operations[id].query?.safeParse(query).error?.issues, undefined))
  }

  const refused: [id: keyof typeof operations, query: Record<string, unknown>][] = [
    ...['0', '1001', '-1', '1.5', '', ' 5', '5 ', '0x10', '1e2', 'ten', '+5', '99999999999999999'].map(
      (limit): [keyof typeof operations, Record<string, unknown>] => ['list_gates', { limit }],
    ),
    ['list_gates', { limit: ['1', '2'] }],
    ['list_gates', { offset: '5' }],
    ['list_gates', { cursor: 'a'.repeat(513) }],
    ['list_passports', { status: 'gone' }],
    ['list_passports', { agent_id: '../a' }],
    ['list_attestations', { decision: 'maybe' }],
    ['list_attestations', { since: 'yesterday' }],
    ['list_attestations', { since: '2026-02-30' }],
    ['list_attestations', { since: '2026-04-22T19:30:00' }],
    ['export_attestations', { format: 'xml' }],
    ['discover_services', {}],
    ['discover_services', { capability: 'flights*' }],
    ['discover_services', { capability: 'a', sort: 'best' }],
    ['discover_services', { capability: 'a', min_uptime_bp: '10001' }],
    ['list_settlements', { status: 'lost' }],
    ['get_sla_compliance', { period_start: '2026-04-01' }],
  ]
  for (const [id, query] of refused) {
    test(`${id} refuses ${JSON.stringify(query).slice(0, 60)}`, () =>
      assert.equal(operations[id].query?.safeParse(query).success, false))
  }

  test('numbers are read as numbers', () => {
    assert.deepEqual(operations.discover_services.query.parse({ capability: 'a', limit: '007' }), {
      capability: 'a',
      limit: 7,
      offset: 0,
    })
  })
})

test('a permission of a catalog is read under one name, with its defaults', () => {
  assert.deepEqual(
    operations.create_catalog.body.parse({ permissions: [{ key: 'flights:book', constraints: null }] }),
    {
      permissions: [
        {
          permission_key: 'flights:book',
          display_name: 'flights:book',
          description: '',
          risk_level: 'low',
          min_trust_level: 1,
          constraints: undefined,
        },
      ],
      is_active: true,
    },
  )
})

test('the path of a catalog version takes only numbers of versions', () => {
  const { params } = operations.get_catalog_version
  assert.deepEqual(params.parse({ gate_id: 'gate_a', version: '3' }), { gate_id: 'gate_a', version: 3 })
  for (const version of ['0', '-1', 'latest', 'versions', 'impact', '1.0', '', '2147483648', '..']) {
    assert.equal(params.safeParse({ gate_id: 'gate_a', version }).success, false, version)
  }
})

test('an answer is stripped to its schema, so that nothing leaks', () => {
  const key = {
    id: 'key_0mf3k2h1',
    name: 'a',
    prefix: 'mod_live_ab',
    scopes: [],
    api_version: null,
    created_at: '2026-04-22T19:30:00.000Z',
    expires_at: null,
    last_used_at: null,
  }
  assert.deepEqual(
    operations.list_api_keys.response.parse([{ ...key, key: 'mod_live_secret', hash: 'ab' }]),
    [key],
  )
})
