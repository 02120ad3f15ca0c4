import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issue, publish } from '../../../server/test/shop.ts'
import { openShop, pass, presented } from './shop-gate.ts'

const HOUR = 3_600_000
const WHOLE_WEEK = { timezone: 'Europe/Paris', start: '00:00', end: '24:00' }

/** Limits that need no counting: some hold, some do not, some hold for a part of the requests. */
const LIMITS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { 'core:scope:action_blocklist': ['*:delete'] },
  { 'core:scope:action_allowlist': ['data:read'] },
  { 'core:scope:domain_allowlist': ['*.shop.example'] },
  { 'core:scope:target_blocklist': ['https://api.shop.example/secret/**'] },
  { 'core:scope:model_allowlist': ['small'] },
  { 'core:data:read_only': true },
  { 'core:data:no_pii_export': true },
  { 'core:data:max_payload_bytes': 100 },
  { 'core:data:required_metadata': ['ticket'] },
  { 'core:time:blackout_windows': [{ start: '2020-01-01T00:00:00Z', end: '2120-01-01T00:00:00Z' }] },
  {
    'core:time:operating_hours': [
      { ...WHOLE_WEEK, end: '12:00' },
      { ...WHOLE_WEEK, start: '12:00', end: '00:00' },
    ],
  },
  { 'data:read': { 'core:time:not_after': '2020-01-01T00:00:00Z' } },
]

const ACTIONS = ['data:read', 'data:delete', 'other:read'] as const
const TARGETS = [
  undefined,
  'https://api.shop.example/secret/1',
  'https://shop.example/',
  'not a host',
] as const
const CONTEXTS = [{}, { model: 'small', payload_bytes: 100, ticket: 'T-1' }, { note: 'to a@b.example' }]

test('what is decided here is what the server decides, reason and all', async (t) => {
  const shop = await openShop(t)
  await publish(shop.server, [
    { permission_key: 'data:read' },
    { permission_key: 'data:delete', risk_level: 'high' },
    { permission_key: 'other:read', min_trust_level: 3 },
  ])
  await shop.gate.refresh()
  const decided = { allowed: 0, refused: 0 }
  for (const constraints of LIMITS) {
    const passport = await issue(shop.server, ['data:read', 'data:*', 'other:read'], {
      constraints,
      expires_in: '4w',
    })
    for (const action of ACTIONS) {
      for (const [index, target] of TARGETS.entries()) {
        const context = CONTEXTS[index % CONTEXTS.length] ?? {}
        const here = await shop.gate.decide({ action, target, context, passport: presented(passport) })
        const { passport_id } = passport
        const check = await shop.client.checkGate('gate_shop', { passport_id, action, target, context })
        const enforced = await shop.client.enforceAction({ passport_id, action, target, metadata: context })
        const request = JSON.stringify({ constraints, action, target, context })
        assert.equal(here.source, 'local', request)
        assert.deepEqual([here.allowed, here.reason_code], [check.allowed, check.reason_code], request)
        assert.equal(here.allowed, enforced.decision === 'PERMIT', request)
        decided[here.allowed ? 'allowed' : 'refused'] += 1
      }
    }
    pass(shop, HOUR)
    await shop.gate.refresh()
  }
  assert.ok(decided.allowed > 10 && decided.refused > 10, JSON.stringify(decided))
})
