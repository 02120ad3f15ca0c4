import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CatalogChange } from '@modei/protocol'
import fc from 'fast-check'
import { valueGenerators } from '../constraints/laws.fixture.ts'
import type { ListedPermission } from './catalog.ts'
import { changesFor, changesTerms, diffCatalogs, hasBreakingChange } from './diff.ts'
import { findCatalogFaults } from './faults.ts'

const KEYS = ['flights:book', 'flights:cancel', 'hotels:book', 'read']

const constraints = fc
  .subarray([...valueGenerators.keys()], { maxLength: 5 })
  .chain((keys) => fc.tuple(...keys.map((key) => value(key).map((one) => [key, one] as const))))
  .map((entries) => Object.fromEntries(entries))

function value(key: string): fc.Arbitrary<unknown> {
  const generator = valueGenerators.get(key)
  if (generator === undefined) throw new Error(key)
  return generator
}

const permission = (permission_key: string): fc.Arbitrary<ListedPermission> =>
  fc.record(
    {
      permission_key: fc.constant(permission_key),
      display_name: fc.constantFrom('One', 'Other'),
      description: fc.constantFrom('', 'Text'),
      risk_level: fc.constantFrom('low' as const, 'critical' as const),
      min_trust_level: fc.constantFrom(1 as const, 2 as const, 3 as const),
      constraints,
    },
    { noNullPrototype: true },
  )

const catalog = fc
  .subarray(KEYS)
  .chain((keys) => fc.tuple(...keys.map(permission)))
  .map((list): ListedPermission[] => list)

/** Writes a list of changes into what they started from: slow, obvious, and knowing nothing of how they were found. */
function apply(old: readonly ListedPermission[], changes: readonly CatalogChange[]): ListedPermission[] {
  const result = new Map(old.map((one) => [one.permission_key, structuredClone(one) as ListedPermission]))
  for (const { type, permission_key, constraint_key, new: next } of changes) {
    const key = permission_key ?? ''
    if (type === 'permission_removed') result.delete(key)
    else if (type === 'permission_added') result.set(key, next as ListedPermission)
    else {
      const one = result.get(key)
      assert.ok(one)
      if (type === 'details_changed') Object.assign(one, next)
      if (type === 'risk_level_changed') Object.assign(one, { risk_level: next })
      if (type === 'trust_level_changed') Object.assign(one, { min_trust_level: next })
      if (constraint_key === null) continue
      const { [constraint_key]: _, ...others } = one.constraints
      one.constraints = next === null ? others : { ...others, [constraint_key]: next }
    }
  }
  return [...result.values()]
}

function sorted(list: readonly ListedPermission[]): ListedPermission[] {
  return list.toSorted((a, b) => (a.permission_key < b.permission_key ? -1 : 1))
}

test('the changes, written into the old version, give the new one', () => {
  fc.assert(
    fc.property(catalog, catalog, (old, next) => {
      assert.deepEqual(sorted(apply(old, diffCatalogs(old, next))), sorted(next))
    }),
  )
})

test('a version does not differ from itself, in whatever order', () => {
  fc.assert(
    fc.property(catalog, (list) => {
      assert.deepEqual(diffCatalogs(list, list.toReversed()), [])
    }),
  )
})

test('what changes one way changes the other way', () => {
  fc.assert(
    fc.property(catalog, catalog, (old, next) => {
      const places = (changes: CatalogChange[]) =>
        changes.map(({ permission_key, constraint_key, old: a, new: b }) => [
          permission_key,
          constraint_key,
          [JSON.stringify(a), JSON.stringify(b)].sort(),
        ])
      assert.deepEqual(places(diffCatalogs(old, next)), places(diffCatalogs(next, old)))
    }),
  )
})

/** Larger is worse. */
const WORSE_WHEN_HIGHER = [
  'core:pricing:per_call_cents',
  'core:pricing:per_minute_cents',
  'core:pricing:subscription_cents',
  'core:platform_fee:basis_points',
]
const WORSE_WHEN_LOWER = [
  'core:pricing:free_tier_calls',
  'core:sla:uptime_basis_points',
  'core:rate:max_per_minute',
  'core:rate:max_total',
  'core:cost:max_per_action',
  'core:cost:max_per_day',
  'core:data:max_payload_bytes',
]
const ABSENT: ReadonlyMap<string, number> = new Map(
  [...WORSE_WHEN_LOWER, 'core:sla:response_time_ms'].map((key) => [
    key,
    /:(?:rate|cost|data|sla:response)/.test(key) ? Number.POSITIVE_INFINITY : -1,
  ]),
)

/** How bad one amount is for the holder, on one scale for each key. */
function badness(key: string, amount: number | undefined): number {
  const present = amount ?? ABSENT.get(key) ?? 0
  if (key === 'core:pricing:free_tier_calls') return -(amount ?? 0)
  return WORSE_WHEN_LOWER.includes(key) ? -present : present
}

test('a change of an amount is breaking exactly when the holder is worse off', () => {
  const amount = fc.option(fc.nat(5), { nil: undefined })
  const key = fc.constantFrom(...WORSE_WHEN_HIGHER, ...WORSE_WHEN_LOWER, 'core:sla:response_time_ms')
  fc.assert(
    fc.property(key, amount, amount, (key, before, after) => {
      const one = (amount: number | undefined): ListedPermission => ({
        permission_key: 'a',
        display_name: 'a',
        description: '',
        risk_level: 'low',
        min_trust_level: 1,
        constraints: amount === undefined ? {} : { [key]: amount },
      })
      const breaking = hasBreakingChange(diffCatalogs([one(before)], [one(after)]))
      assert.equal(breaking, badness(key, after) > badness(key, before), `${key} ${before} → ${after}`)
    }),
    { numRuns: 2000 },
  )
})

test('only a passport whose grants cover a permission feels its changes', () => {
  fc.assert(
    fc.property(catalog, catalog, (old, next) => {
      const changes = diffCatalogs(old, next)
      assert.deepEqual(changesFor(['*'], changes), changes)
      assert.deepEqual(changesFor([], changes), [])
      assert.deepEqual(changesFor(['hotels', 'flight:*', 'flights:boo'], changes), [])
      assert.ok(
        changesFor(['flights:*'], changes).every(({ permission_key: key }) => key?.startsWith('flights:')),
      )
      assert.equal(
        changesTerms(changes),
        changes.some(({ type }) => !type.startsWith('details')),
      )
    }),
  )
})

function listed(constraints: Record<string, unknown>): ListedPermission[] {
  return [
    {
      permission_key: 'a',
      display_name: '',
      description: '',
      risk_level: 'low',
      min_trust_level: 1,
      constraints,
    },
  ]
}

test('no value makes finding faults or changes throw', () => {
  const keys = [...valueGenerators.keys()]
  const anything = fc.dictionary(
    fc.oneof(fc.constantFrom(...keys, '__proto__', 'constructor'), fc.string()),
    fc.jsonValue(),
    { maxKeys: 5 },
  )
  // Objects that throw where they are made a text or a number, which chance seldom makes.
  const hostile: unknown[] = [
    { toString: {} },
    { valueOf: 1, toString: 1 },
    { length: { valueOf: 1, toString: 1 } },
  ]
  const examples = keys.flatMap((key) =>
    hostile.flatMap((value): [Record<string, unknown>, Record<string, unknown>][] => [
      [{ [key]: value }, {}],
      [{}, { [key]: value }],
      [{ [key]: value }, { [key]: 1 }],
      [{ [key]: 1 }, { [key]: value }],
    ]),
  )
  fc.assert(
    fc.property(anything, anything, (old, next) => {
      findCatalogFaults(listed(next), 'EUR')
      diffCatalogs(listed(old), listed(next))
    }),
    { examples, numRuns: examples.length + 100 },
  )
})

test('an amount that is no number leaves the holder worse off', () => {
  for (const key of ['core:pricing:per_call_cents', 'core:sla:uptime_basis_points']) {
    const [change] = diffCatalogs(listed({ [key]: 1 }), listed({ [key]: { toString: {} } }))
    assert.equal(change?.breaking, true, key)
  }
})
