import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId } from '@modei/protocol'
import { readConstraintMap } from './constraints/constraint-maps.ts'
import { builtInTemplates, findBuiltInTemplate } from './templates.ts'

for (const template of builtInTemplates) {
  test(`every constraint of the built-in template ${template.slug} is known and readable`, () => {
    assert.equal(readConstraintMap(template.constraints, []).ok, true)
    assert.ok(isId('template', template.slug))
  })
}

test('no two built-in templates share a slug', () => {
  assert.equal(new Set(builtInTemplates.map(({ slug }) => slug)).size, builtInTemplates.length)
})

test('a slug that only objects inherit names no template', () => {
  assert.equal(findBuiltInTemplate('constructor'), undefined)
})
