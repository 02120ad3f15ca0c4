import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CatalogFacts, type Credential, checkCredential, type GateFacts } from './credential.ts'

const NOW = Date.UTC(2026, 4, 1)
const PRICE = 'core:pricing:per_call_cents'

const catalog: CatalogFacts & { known: true } = {
  known: true,
  version: 2,
  content_hash: 'hash-2',
  entry: { permission_key: 'a:b', risk_level: 'low', min_trust_level: 1, constraints: { [PRICE]: 25 } },
}

function credential(given: Partial<Credential> = {}): Credential {
  return {
    access_mode: 'passport',
    passport_id: 'pp_1',
    agent_id: 'agent_1',
    agent_name: null,
    permissions: ['a:*'],
    terms: [],
    gate_id: 'gate_1',
    root: 'gate',
    expires_at: '2027-01-01T00:00:00.000Z',
    expires_at_ms: Date.UTC(2027, 0, 1),
    tier: 'L2',
    malformed: null,
    revoked: null,
    possession: 'absent',
    catalog_pin: { version: 2, content_hash: 'hash-2' },
    ...given,
  }
}

function gate(facts: CatalogFacts | null): GateFacts {
  return {
    gate_id: 'gate_1',
    profile: 'L1',
    allow_self_issued: true,
    issuer_accepted: false,
    catalog: facts,
  }
}

function listing(constraints: Record<string, unknown>, minTrustLevel = 1): CatalogFacts {
  const entry = {
    permission_key: 'a:b',
    risk_level: 'low',
    min_trust_level: minTrustLevel,
    constraints,
  } as const
  return { ...catalog, entry }
}

/** The first failure, which decides. */
function verdict(who: Credential, at: GateFacts, action = 'a:b'): string | undefined {
  return checkCredential(who, at, action, NOW).find(({ result }) => result === 'fail')?.reason_code
}

const trusted = (level: number) => gate(listing({}, level))
const term = (value: unknown, permission = 'a:*') => ({ terms: [{ permission, key: PRICE, value }] })

const CASES: readonly [string, Credential, GateFacts, string | undefined][] = [
  ['pinned to a version of the same hash', credential(), gate(catalog), undefined],
  ['pinned to nothing, with no catalog', credential({ catalog_pin: null }), gate(null), undefined],
  ['pinned to nothing, with a catalog', credential({ catalog_pin: null }), gate(catalog), undefined],
  ['pinned, at a gate that has no catalog', credential(), gate(null), 'catalog_version_unknown'],
  [
    'pinned to a version that is not known',
    credential(),
    gate({ known: false, version: 2 }),
    'catalog_version_unknown',
  ],
  [
    'judged by another version than the pinned one',
    credential(),
    gate({ ...catalog, version: 3 }),
    'catalog_version_unknown',
  ],
  [
    'pinned to another hash',
    credential(),
    gate({ ...catalog, content_hash: 'hash-3' }),
    'catalog_pin_mismatch',
  ],
  [
    'an action that its catalog lacks',
    credential(),
    gate({ ...catalog, entry: null }),
    'permission_not_in_catalog',
  ],
  [
    'an action that is not granted',
    credential({ permissions: ['b:*'] }),
    gate(catalog),
    'permission_not_granted',
  ],
  ['level 1 takes any accepted passport', credential({ root: 'self', tier: 'L0' }), trusted(1), undefined],
  [
    'level 2 refuses self-issued ones',
    credential({ root: 'self', tier: 'L0' }),
    trusted(2),
    'trust_tier_insufficient',
  ],
  ['level 2 takes an issuer’s', credential({ tier: 'L1' }), trusted(2), undefined],
  [
    'level 3 refuses a gate’s without proof of possession',
    credential(),
    trusted(3),
    'trust_tier_insufficient',
  ],
  [
    'level 3 refuses an issuer’s with proof',
    credential({ tier: 'L1', possession: 'proved' }),
    trusted(3),
    'trust_tier_insufficient',
  ],
  ['level 3 takes a gate’s with proof', credential({ possession: 'proved' }), trusted(3), undefined],
  [
    'a level that does not exist',
    credential({ possession: 'proved' }),
    trusted(4),
    'trust_tier_insufficient',
  ],
  ['a term that repeats the catalog', credential(term(25)), gate(catalog), undefined],
  ['a term of another action', credential(term(1, 'x')), gate(catalog), undefined],
  ['a lower price than the catalog’s', credential(term(24)), gate(catalog), 'terms_mismatch'],
  ['a higher price than the catalog’s', credential(term(26)), gate(catalog), 'terms_mismatch'],
  ['a price where the catalog has none', credential(term(0)), gate(listing({})), 'terms_mismatch'],
  ['a price as text', credential(term('25')), gate(catalog), 'terms_mismatch'],
  ['a price that no catalog could set', credential({ ...term(1), catalog_pin: null }), gate(null), undefined],
]

describe('a passport is held to the catalog that it is pinned to', () => {
  for (const [name, who, at, expected] of CASES) {
    test(name, () => assert.equal(verdict(who, at), expected))
  }
})

test('every check is reported, in its order, and the first failure decides', () => {
  const bad = credential({
    malformed: { reason: 'signature_invalid', detail: '' },
    revoked: { reason: 'passport_revoked', detail: '' },
    expires_at_ms: 0,
    gate_id: 'gate_2',
    possession: { reason: 'assertion_mismatch', detail: '' },
    permissions: [],
    ...term(1),
  })
  const checks = checkCredential(bad, gate(listing({}, 3)), 'a:b', NOW)
  assert.deepEqual(
    checks.map(({ name, reason_code }) => [name, reason_code]),
    [
      ['signature', 'signature_invalid'],
      ['expiry', 'passport_expired'],
      ['revocation', 'passport_revoked'],
      ['issuer_trust', 'issuer_untrusted'],
      ['proof_of_possession', 'assertion_mismatch'],
      ['catalog_pin', undefined],
      ['permission', 'permission_not_granted'],
      ['trust_level', 'trust_tier_insufficient'],
      ['terms', 'terms_mismatch'],
    ],
  )
})
