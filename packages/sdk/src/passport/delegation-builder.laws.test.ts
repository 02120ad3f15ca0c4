import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@modei/protocol/passports/envelope'
import type { SignedPassport } from '@modei/protocol/passports/issue'
import type { JsonObject, JsonValue } from '@modei/protocol/passports/json'
import { verifyPassport } from '@modei/protocol/passports/verify'
import fc from 'fast-check'
import { AgentCredentials } from './agent-credentials.ts'
import { DelegationBuilder } from './delegation-builder.ts'
import { PassportIssuer } from './issuer.ts'
import type { PermissionGrant } from './permissions.ts'

const NOW = Date.UTC(2026, 4, 1)
const DAY_MS = 86_400_000
const holders = Array.from({ length: 3 }, () => AgentCredentials.generate())

const constraints: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom('max_daily_cost', 'allowed_domains', 'operating_hours', 'core:cost:max_per_day', 'other'),
  fc.oneof<fc.Arbitrary<JsonValue>[]>(
    fc.integer({ min: -1, max: 3 }),
    fc.subarray(['a', 'b', 'c']),
    fc.constantFrom<JsonValue>('x', true, null, { a: 1 }),
  ),
  { maxKeys: 3 },
)
const permissions: fc.Arbitrary<PermissionGrant[]> = fc.uniqueArray(
  fc.record({ permission_key: fc.constantFrom('read', 'write', 'x:*', 'x:y'), constraints }),
  { maxLength: 3, selector: (permission) => permission.permission_key },
)

type Step = (builder: DelegationBuilder, parent: Envelope) => void
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...holders).map(
    (holder): Step =>
      (builder) =>
        builder.authorize(holder),
  ),
  permissions.map(
    (wanted): Step =>
      (builder) =>
        builder.withPermissions(wanted),
  ),
  // Most random grants are too wide to be signed, so some start from the parent's own.
  fc.func(fc.boolean()).map(
    (keep): Step =>
      (builder, parent) => {
        builder.withPermissions(
          parent.permissions.map(({ permission_key, constraints: own }) => ({
            permission_key,
            constraints: Object.fromEntries(Object.entries(own).filter(([name]) => keep(name))),
          })),
        )
      },
  ),
  fc.integer({ min: -2, max: 40 }).map(
    (days): Step =>
      (builder) => {
        builder.withExpiry({ expiresAt: new Date(NOW + days * DAY_MS + 1) })
      },
  ),
  fc.boolean().map(
    (value): Step =>
      (builder) =>
        builder.withDelegationAuthority(value),
  ),
  fc.constant<Step>((builder) => builder.withDelegationAuthority(true)),
  fc.string().map(
    (claim): Step =>
      (builder) =>
        builder.withIdentityClaim(claim),
  ),
)

test('no sequence of calls signs a child that may do more than its parent, or for longer', () => {
  let signed = 0
  fc.assert(
    fc.property(
      permissions,
      fc.array(fc.array(step, { minLength: 2, maxLength: 9 }), { maxLength: 7 }),
      (granted, generations) => {
        let holder = 0
        let parent = new PassportIssuer(holders[0] ?? assert.fail(), { now: () => NOW }).selfIssue({
          permissions: granted,
          expiresIn: '30d',
          delegationAuthority: true,
        })
        for (const steps of generations) {
          const child = tryDelegating(parent, holder, steps)
          if (child === undefined) continue
          signed += 1
          assertNoWider(parent.envelope, child.envelope)
          assertVerifies(child)
          parent = child
          holder = holders.findIndex((one) => one.publicKeyB64 === child.envelope.identity.public_key)
        }
      },
    ),
    { numRuns: 400 },
  )
  assert.ok(signed > 200, `only ${signed} children were signed: the law was hardly tried`)
})

function tryDelegating(
  parent: SignedPassport,
  holder: number,
  steps: readonly Step[],
): SignedPassport | undefined {
  const parentCredentials = holders[holder] ?? assert.fail()
  const builder = new DelegationBuilder({ parent, parentCredentials, now: () => NOW })
  // So that most sequences get as far as signing.
  builder.authorize(parentCredentials).withPermissions(parent.envelope.permissions)
  for (const take of steps) take(builder, parent.envelope)
  try {
    return builder.sign()
  } catch (error) {
    assert.ok(error instanceof Error)
    return undefined
  }
}

function assertVerifies({ envelope, signature }: SignedPassport): void {
  const result = verifyPassport(envelope, signature, { now: NOW })
  const ended = envelope.provenance.expires_at <= new Date(NOW).toISOString()
  assert.equal(result.valid ? 'valid' : result.reason_code, ended ? 'passport_expired' : 'valid')
}

/** Spelt out anew, so that a fault in the rules that builder and verifier share is seen. */
function assertNoWider(parent: Envelope, child: Envelope): void {
  assert.ok(Date.parse(child.provenance.expires_at) <= Date.parse(parent.provenance.expires_at))
  for (const { permission_key, constraints: own } of child.permissions) {
    const above = parent.permissions.find((permission) => permission.permission_key === permission_key)
    assert.ok(above !== undefined, `${permission_key} out of nothing`)
    for (const [name, value] of Object.entries(own)) {
      assert.ok(name in above.constraints, `${name} out of nothing`)
      const bound: JsonValue | undefined = above.constraints[name]
      if (name === 'max_daily_cost') {
        assert.ok(typeof value === 'number' && typeof bound === 'number' && value <= bound)
      } else if (name === 'allowed_domains') {
        assert.ok(
          Array.isArray(value) && Array.isArray(bound) && value.every((entry) => bound.includes(entry)),
        )
      } else {
        assert.deepEqual(value, bound)
      }
    }
  }
}
