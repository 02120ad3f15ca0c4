import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { selfIssued } from '../../test/passport-fixtures.ts'
import type { Envelope, PassportPermission } from './envelope.ts'
import type { JsonValue } from './json.ts'
import { SHORT_CONSTRAINTS, tighteningOf } from './short-names.ts'
import { findExtension, findWidening } from './subset.ts'

const base = selfIssued().envelope

function granting(permissions: readonly PassportPermission[]): Envelope {
  return { ...base, permissions }
}

const limit = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
const entries = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '*.d'), { maxLength: 4 })
const VALUES: Readonly<Record<'lower' | 'fewer' | 'equal', fc.Arbitrary<JsonValue>>> = {
  lower: limit,
  fewer: entries,
  equal: fc.constantFrom<JsonValue>(null, true, 1, 'x', [1], { start: '09:00' }),
}
const keys = [...SHORT_CONSTRAINTS.map((row) => row.name), 'core:cost:max_per_action', 'unknown']
const constraints = fc
  .uniqueArray(fc.constantFrom(...keys), { maxLength: 4 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, VALUES[tighteningOf(name)]]))))
const permissions = fc.array(
  fc.record({ permission_key: fc.constantFrom('read', 'write', 'x:*', 'x:y'), constraints }),
  { maxLength: 3 },
)
const envelope = fc
  .uniqueArray(permissions, { minLength: 1, maxLength: 1 })
  .map(([list = []]) => granting(list))
const repeatFree = permissions
  .map((list) => [...new Map(list.map((permission) => [permission.permission_key, permission])).values()])
  .map(granting)

/** Tightens at random, as a careful delegator would. */
function tightened(above: Envelope): fc.Arbitrary<Envelope> {
  return fc
    .subarray([...above.permissions])
    .chain((kept) => fc.tuple(...kept.map(tightenedPermission)).map(granting))
}

function tightenedPermission(permission: PassportPermission): fc.Arbitrary<PassportPermission> {
  return fc
    .subarray(Object.entries(permission.constraints))
    .chain((kept) => fc.tuple(...kept.map(([name, value]) => tightenedEntry(name, value))))
    .map((kept) => ({ permission_key: permission.permission_key, constraints: Object.fromEntries(kept) }))
}

function tightenedEntry(name: string, value: JsonValue): fc.Arbitrary<[string, JsonValue]> {
  if (typeof value === 'number' && tighteningOf(name) === 'lower') {
    return fc.double({ min: 0, max: 3, noNaN: true }).map((less) => [name, value - less])
  }
  if (Array.isArray(value) && tighteningOf(name) === 'fewer') {
    return fc.subarray([...value]).map((fewer) => [name, fewer])
  }
  return fc.constant([name, value])
}

test('an envelope grants no more than itself', () => {
  fc.assert(fc.property(repeatFree, (above) => assert.equal(findWidening(above, above), undefined)))
})

test('whatever is tightened step by step is accepted', () => {
  fc.assert(
    fc.property(
      repeatFree.chain((above) => tightened(above).map((below) => [above, below] as const)),
      ([above, below]) => assert.equal(findWidening(above, below), undefined),
    ),
  )
})

test('what is accepted below what is accepted is accepted below the first', () => {
  fc.assert(
    fc.property(
      repeatFree.chain((top) =>
        tightened(top).chain((middle) => tightened(middle).map((low) => [top, low] as const)),
      ),
      ([top, low]) => assert.equal(findWidening(top, low), undefined),
    ),
  )
})

test('an accepted descendant is granted nothing that its ancestor is not, constraint by constraint', () => {
  fc.assert(
    fc.property(envelope, envelope, (above, below) => {
      if (findWidening(above, below) !== undefined) return
      for (const taken of below.permissions) {
        const granted = above.permissions.filter(
          (permission) => permission.permission_key === taken.permission_key,
        )
        assert.notEqual(granted.length, 0)
        for (const entry of granted) {
          for (const [name, value] of Object.entries(taken.constraints)) {
            const bound = entry.constraints[name]
            assert.notEqual(bound, undefined)
            const kind = tighteningOf(name)
            if (kind === 'lower') assert.ok(Number(value) <= Number(bound))
            else if (kind === 'fewer')
              assert.ok(Array.isArray(value) && value.every((item) => [bound].flat().includes(item)))
            else assert.deepEqual(value, bound)
          }
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('a widening says which permission, which constraint and both values', () => {
  const above = granting([
    { permission_key: 'read', constraints: { max_daily_cost: 100, allowed_domains: ['a'] } },
  ])
  const below = (name: string, value: JsonValue) =>
    findWidening(above, granting([{ permission_key: 'read', constraints: { [name]: value } }]))
  assert.deepEqual(below('max_daily_cost', 101), {
    permission: 'read',
    dimension: 'max_daily_cost',
    ancestor_value: 100,
    descendant_value: 101,
    detail: "permission 'read': constraint 'max_daily_cost' descendant=101 > ancestor=100",
  })
  assert.deepEqual(below('allowed_domains', ['a', 'b'])?.descendant_value, ['a', 'b'])
  assert.equal(below('max_total_cost', 1)?.ancestor_value, undefined)
  const other = findWidening(above, granting([{ permission_key: 'write', constraints: {} }]))
  assert.equal(other?.permission, 'write')
  assert.equal(other?.dimension, null)
})

test('a constraint called like a member of every object is not inherited from one', () => {
  const above = granting([{ permission_key: 'read', constraints: {} }])
  const widening = findWidening(above, granting([{ permission_key: 'read', constraints: { toString: 1 } }]))
  assert.equal(widening?.dimension, 'toString')
  assert.equal(widening?.ancestor_value, undefined)
})

test('only a later end is an extension', () => {
  const ending = (expires_at: string): Envelope => ({
    ...base,
    provenance: { ...base.provenance, expires_at },
  })
  const day = ending('2026-05-22T00:00:00.000Z')
  assert.equal(findExtension(day, day), undefined)
  assert.equal(findExtension(day, ending('2026-05-21T23:59:59.999Z')), undefined)
  assert.equal(findExtension(day, ending('2026-05-22T00:00:00.001Z'))?.dimension, 'expires_at')
})
