import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Credential, checkCredential, type GateFacts } from './credential.ts'

const NOW = Date.UTC(2026, 4, 1)
const EXPIRY = Date.UTC(2027, 0, 1)

function credential(given: Partial<Credential> = {}): Credential {
  return {
    access_mode: 'passport',
    passport_id: 'pp_1',
    agent_id: 'agent_1',
    agent_name: null,
    permissions: ['a:b'],
    terms: [],
    gate_id: 'gate_1',
    root: 'gate',
    expires_at: '2027-01-01T00:00:00.000Z',
    expires_at_ms: EXPIRY,
    tier: 'L2',
    malformed: null,
    revoked: null,
    possession: 'absent',
    catalog_pin: null,
    ...given,
  }
}

function gate(given: Partial<GateFacts> = {}): GateFacts {
  const usual = { gate_id: 'gate_1', profile: 'L1', allow_self_issued: false } as const
  return { ...usual, issuer_accepted: false, catalog: null, ...given }
}

function verdict(who: Credential, at: GateFacts | null, action = 'a:b', now = NOW): string | undefined {
  return checkCredential(who, at, action, now).find(({ result }) => result === 'fail')?.reason_code
}

const own = credential()
const other = credential({ gate_id: 'gate_2' })
const platform = credential({ root: 'platform', gate_id: null, tier: 'L1' })
const self = credential({ root: 'self', gate_id: null, tier: 'L0', access_mode: 'self_issued' })
const proved = { possession: 'proved' } as const
const L1 = gate({ allow_self_issued: true, issuer_accepted: true })
const L2 = gate({ profile: 'L2', allow_self_issued: true, issuer_accepted: true })
const L3 = gate({ profile: 'L3', allow_self_issued: true, issuer_accepted: true })

const CASES: readonly (readonly [string, Credential, GateFacts | null, string | undefined])[] = [
  ['the gate’s own, at L1', own, L1, undefined],
  ['the gate’s own, at L2', own, L2, undefined],
  ['the gate’s own, at L3 without proof', own, L3, 'missing_assertion'],
  ['the gate’s own, at L3 with proof', { ...own, ...proved }, L3, undefined],
  ['another gate’s, at L1', other, L1, 'issuer_untrusted'],
  ['another gate’s, at L3 with proof', { ...other, ...proved }, L3, 'issuer_untrusted'],
  ['a gate’s, without a gate', own, null, 'issuer_untrusted'],
  ['an accepted issuer’s, at L2', platform, L2, undefined],
  ['an accepted issuer’s, at L3 without proof', platform, L3, 'missing_assertion'],
  ['an accepted issuer’s, at L3 with proof', { ...platform, ...proved }, L3, undefined],
  ['an unknown issuer’s, at L1', platform, gate(), 'issuer_untrusted'],
  ['an issuer’s, without a gate', platform, null, undefined],
  ['a self-issued one, where they are accepted', self, L1, undefined],
  ['a self-issued one, where they are not', self, gate(), 'issuer_untrusted'],
  ['a self-issued one, at L2 whatever is set', self, L2, 'issuer_untrusted'],
  ['a self-issued one, at L3 with proof', { ...self, ...proved }, L3, 'issuer_untrusted'],
  ['a self-issued one, without a gate', self, null, undefined],
  [
    'a bad proof where none is needed',
    credential({ possession: { reason: 'assertion_mismatch', detail: '' } }),
    L1,
    'assertion_mismatch',
  ],
  ['an unreadable expiry', credential({ expires_at_ms: Number.NaN }), L1, 'passport_expired'],
]

describe('a gate’s profile says whose passports it takes', () => {
  for (const [name, who, at, expected] of CASES) {
    test(name, () => assert.equal(verdict(who, at), expected))
  }
})

test('a passport is valid until its expiry, that moment excluded', () => {
  assert.equal(verdict(own, L1, 'a:b', EXPIRY - 1), undefined)
  assert.equal(verdict(own, L1, 'a:b', EXPIRY), 'passport_expired')
})

test('a grant covers exactly, by namespace, or everything, and nothing that only begins alike', () => {
  const grants: readonly (readonly [string, string, boolean])[] = [
    ['a:b', 'a:b', true],
    ['a:*', 'a:b', true],
    ['a:*', 'a:b:c', true],
    ['*', 'a:b', true],
    ['a:*', 'a', false],
    ['a:*', 'ab:c', false],
    ['a:b', 'a:bc', false],
    ['a:b', 'A:b', false],
    ['*:b', 'a:b', false],
  ]
  for (const [granted, action, covers] of grants) {
    const expected = covers ? undefined : 'permission_not_granted'
    assert.equal(
      verdict(credential({ permissions: [granted] }), L1, action),
      expected,
      `${granted} ${action}`,
    )
  }
})
