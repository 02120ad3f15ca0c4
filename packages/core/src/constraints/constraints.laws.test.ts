import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ConstraintType, Verdict } from './constraint.ts'
import { factsOf } from './facts.fixture.ts'
import { constraintTypes } from './index.ts'
import { factsVector, garbage, valueGenerators } from './laws.fixture.ts'
import { CONSTRAINT_REASON_CODES } from './reasons.ts'

const RUNS = { numRuns: 100 }
const MANY_RUNS = { numRuns: 400 }
const SEVERITY: Readonly<Record<Verdict['result'], number>> = { pass: 0, hold: 1, block: 2 }

/** A type without a generator fails here: its laws would hold of nothing. */
function valuesOf(type: ConstraintType): fc.Arbitrary<unknown> {
  const generator = valueGenerators.get(type.key)
  if (generator === undefined) throw new Error(`${type.key} has no generator`)
  return generator
}

test('no generator is left over from a constraint that is gone', () => {
  const keys = new Set(constraintTypes.map(({ key }) => key))
  assert.deepEqual(
    [...valueGenerators.keys()].filter((key) => !keys.has(key)),
    [],
  )
})

for (const type of constraintTypes) {
  test(`${type.key}: every generated value is readable`, () => {
    fc.assert(
      fc.property(valuesOf(type), (value) => assert.deepEqual(type.check(value), [])),
      RUNS,
    )
  })

  test(`${type.key}: narrowing never widens`, () => {
    let narrowed = 0
    fc.assert(
      fc.property(valuesOf(type), valuesOf(type), factsVector, (parent, child, vector) => {
        if (!type.narrows(parent, child)) return
        narrowed += 1
        const facts = factsOf(vector, type, parent, child)
        const within = type.evaluate(child, facts)
        const whole = type.evaluate(parent, facts)
        assert.ok(
          SEVERITY[whole.result] <= SEVERITY[within.result],
          `child: ${JSON.stringify(within)}, parent: ${JSON.stringify(whole)}`,
        )
      }),
      MANY_RUNS,
    )
    assert.ok(narrowed > 10, `only ${narrowed} pairs were narrower`)
  })

  test(`${type.key}: every value is within itself`, () => {
    fc.assert(
      fc.property(valuesOf(type), (value) => type.narrows(value, structuredClone(value))),
      RUNS,
    )
  })

  test(`${type.key}: what is within what is within is within`, () => {
    fc.assert(
      fc.property(valuesOf(type), valuesOf(type), valuesOf(type), (a, b, c) => {
        return !(type.narrows(a, b) && type.narrows(b, c)) || type.narrows(a, c)
      }),
      MANY_RUNS,
    )
  })

  test(`${type.key}: garbage never passes, never throws and is within nothing`, () => {
    fc.assert(
      fc.property(garbage(valuesOf(type)), valuesOf(type), factsVector, (value, good, vector) => {
        if (type.check(value).length === 0) return
        assert.equal(type.narrows(good, value), false)
        assert.equal(type.narrows(value, good), false)
        assert.equal(type.narrows(value, value), false)
        assert.deepEqual(type.needs(value, factsOf({}, type).qualifiers), [])
        const verdict = type.evaluate(value, factsOf(vector, type))
        assert.equal(verdict.result, 'block')
        assert.equal(verdict.result === 'block' && verdict.reason, 'constraint_unreadable')
      }),
      { numRuns: 200 },
    )
  })

  test(`${type.key}: a value that throws when it is looked at blocks as unreadable`, () => {
    const trap = new Proxy(
      {},
      {
        get() {
          throw new Error('no')
        },
        ownKeys() {
          throw new Error('no')
        },
      },
    )
    for (const value of [trap, { length: { valueOf: 1, toString: 1 } }]) {
      const verdict = type.evaluate(value, factsOf({}, type))
      assert.equal(verdict.result, 'block')
      assert.equal(verdict.result === 'block' && verdict.reason, 'constraint_unreadable')
      assert.equal(type.narrows(value, value), false)
      assert.deepEqual(type.needs(value, factsOf({}, type).qualifiers), [])
    }
  })

  test(`${type.key}: the same input has the same verdict, with a reason where it is not passed`, () => {
    fc.assert(
      fc.property(valuesOf(type), factsVector, (value, vector) => {
        const facts = factsOf(vector, type, value)
        const verdict = type.evaluate(value, facts)
        assert.deepEqual(type.evaluate(structuredClone(value), facts), verdict)
        if (verdict.result === 'pass') return
        assert.ok(CONSTRAINT_REASON_CODES.includes(verdict.reason))
        assert.notEqual(verdict.detail, '')
        if (verdict.resets_at !== undefined) assert.ok(verdict.resets_at > facts.now, 'resets in the past')
      }),
      RUNS,
    )
  })

  test(`${type.key}: without counters it passes only what it needs none for`, () => {
    fc.assert(
      fc.property(valuesOf(type), factsVector, (value, vector) => {
        const facts = factsOf({ ...vector, usage_unavailable: true }, type, value)
        if (type.needs(value, facts.qualifiers).length === 0) return
        assert.notEqual(type.evaluate(value, facts).result, 'pass')
      }),
      RUNS,
    )
  })
}
