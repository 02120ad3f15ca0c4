import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isConstraintKey, SHORT_CONSTRAINTS } from '@modei/protocol'
import { constraintTypes, findConstraintType, nearestConstraintKey, valueSchemaOf } from './index.ts'
import { CONSTRAINT_REASON_CODES } from './reasons.ts'

test('types stand in order of evaluation, each with a place and a key of its own', () => {
  const sequences = constraintTypes.map(({ sequence }) => sequence)
  assert.deepEqual(
    sequences,
    sequences.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(sequences).size, sequences.length)
  assert.equal(new Set(constraintTypes.map(({ key }) => key)).size, constraintTypes.length)
  for (const { key } of constraintTypes) assert.ok(isConstraintKey(key))
})

test('limits and qualifiers come before terms, which begin at 100', () => {
  for (const { key, kind, sequence } of constraintTypes) {
    assert.equal(kind === 'term', sequence >= 100, key)
    assert.equal(kind === 'term', /^core:(?:pricing|sla|platform_fee):/.test(key), key)
  }
})

test('names that every object inherits are no constraint types', () => {
  for (const key of ['constructor', '__proto__', 'toString', ''])
    assert.equal(findConstraintType(key), undefined)
})

test('a misspelt key is nearest to the one that was meant', () => {
  for (const [written, meant] of [
    ['core:rate:per_minute', 'core:rate:max_per_minute'],
    ['core:cost:max_action', 'core:cost:max_per_action'],
    ['core:scope:domains_allowlist', 'core:scope:domain_allowlist'],
    ['max_per_hour', 'core:rate:max_per_hour'],
    ['core:data:pii_export', 'core:data:no_pii_export'],
  ]) {
    assert.equal(nearestConstraintKey(written ?? ''), meant)
  }
  assert.notEqual(nearestConstraintKey('x'.repeat(100_000)), '')
})

test('every type has a JSON Schema that bounds its numbers, texts and lists', () => {
  for (const type of constraintTypes) {
    const text = JSON.stringify(valueSchemaOf(type))
    for (const part of partsOf(JSON.parse(text))) {
      if (part.enum !== undefined) continue
      if (part.type === 'integer' || part.type === 'number') assert.ok(part.maximum !== undefined, text)
      if (part.type === 'array') assert.ok(part.maxItems !== undefined, text)
      if (part.type === 'object') assert.equal(part.additionalProperties, false, text)
      if (part.type === 'string') assert.ok(part.maxLength !== undefined || part.pattern !== undefined, text)
    }
  }
})

function partsOf(schema: unknown): Record<string, unknown>[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own = { ...schema }
  return [own, ...Object.values(own).flatMap(partsOf)]
}

test('short names stand for constraints that exist', () => {
  for (const { core_key, implies = {} } of SHORT_CONSTRAINTS) {
    assert.ok(findConstraintType(core_key) !== undefined, core_key)
    for (const [key, value] of Object.entries(implies))
      assert.deepEqual(findConstraintType(key)?.check(value), [])
  }
})

test('every reason has a name of its own, and none is left over', () => {
  assert.equal(new Set(CONSTRAINT_REASON_CODES).size, CONSTRAINT_REASON_CODES.length)
  const vectors = new URL('../../../../vectors/constraints/', import.meta.url)
  const seen = new Set(['constraint_unknown', 'constraint_unreadable', 'constraint_failed'])
  for (const { key } of constraintTypes) {
    const name = `${key.slice('core:'.length).replaceAll(/[:_]/g, '-')}.json`
    for (const [, reason = ''] of readFileSync(new URL(name, vectors), 'utf8').matchAll(/"reason": "(\w+)"/g))
      seen.add(reason)
  }
  assert.deepEqual([...seen].toSorted(), CONSTRAINT_REASON_CODES.toSorted())
})

test('no type throws for a value that cannot even be compared, and none takes it', () => {
  const hostile = JSON.parse('{"length":{"valueOf":1,"toString":1}}')
  for (const type of constraintTypes) {
    for (const value of [hostile, [hostile], [[hostile], []]]) {
      assert.ok(type.check(value).length > 0, type.key)
    }
  }
})
