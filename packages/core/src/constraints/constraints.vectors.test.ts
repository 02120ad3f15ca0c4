import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Verdict } from './constraint.ts'
import { type FactsVector, factsOf, moment } from './facts.fixture.ts'
import { constraintTypes, findConstraintType } from './index.ts'
import { CONSTRAINT_REASON_CODES } from './reasons.ts'

interface Vectors {
  constraint: string
  good_values: unknown[]
  bad_values: unknown[]
  cases: {
    name: string
    value: unknown
    facts?: FactsVector
    expected: {
      result: Verdict['result']
      reason?: string
      current?: unknown
      requested?: unknown
      resets_at?: string | null
    }
  }[]
  narrows: { parent: unknown; child: unknown; expected: boolean }[]
}

const FOLDER = new URL('../../../../vectors/constraints/', import.meta.url)

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))

function read(name: string): Vectors {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
}

test('every constraint type has vectors in a file of its name', () => {
  const named = constraintTypes.map(({ key }) => `${key.slice('core:'.length).replaceAll(/[:_]/g, '-')}.json`)
  assert.deepEqual(files.toSorted(), named.toSorted())
})

for (const name of files) {
  const { constraint, good_values, bad_values, cases, narrows } = read(name)
  const type = findConstraintType(constraint)
  if (type === undefined) throw new Error(`${name}: unknown constraint`)

  for (const value of good_values) {
    test(`${constraint} can be ${JSON.stringify(value)}`, () => assert.deepEqual(type.check(value), []))
  }
  for (const value of bad_values) {
    test(`${constraint} can not be ${JSON.stringify(value).slice(0, 200)}`, () => {
      assert.notDeepEqual(type.check(value), [])
      if (type.kind === 'term') return
      const verdict = type.evaluate(value, factsOf({}, type, value))
      assert.equal(verdict.result, 'block')
      assert.equal(verdict.result === 'block' && verdict.reason, 'constraint_unreadable')
      assert.equal(type.narrows(value, value), false)
    })
  }
  for (const { name: guarantee, value, facts = {}, expected } of cases) {
    test(`${constraint}: ${guarantee}`, () => {
      assert.deepEqual(type.check(value), [])
      const verdict = type.evaluate(value, factsOf(facts, type, value))
      assert.equal(verdict.result, expected.result, JSON.stringify(verdict))
      if (expected.current !== undefined) assert.deepEqual(verdict.current, expected.current)
      if (expected.requested !== undefined) assert.deepEqual(verdict.requested, expected.requested)
      if (verdict.result === 'pass') return
      assert.equal(verdict.reason, expected.reason)
      assert.ok(CONSTRAINT_REASON_CODES.includes(verdict.reason))
      assert.match(verdict.detail, /^[^A-Z].*[^.]$/s)
      if (expected.resets_at === null) assert.equal(verdict.resets_at, undefined)
      else if (expected.resets_at !== undefined) assert.equal(verdict.resets_at, moment(expected.resets_at))
    })
  }
  for (const { parent, child, expected } of narrows) {
    test(`${constraint}: ${JSON.stringify(child)} ${expected ? 'is within' : 'is looser than'} ${JSON.stringify(parent)}`, () => {
      assert.equal(type.narrows(parent, child), expected)
    })
  }
}
