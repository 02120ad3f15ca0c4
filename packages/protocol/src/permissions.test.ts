import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readVectors } from '../test/read-vectors.ts'
import {
  actionVerb,
  isAction,
  isActionPattern,
  isConstraintKey,
  isPermission,
  patternMatches,
  permissionCovers,
} from './permissions.ts'

interface Cases<T> {
  cases: T[]
}

describe('words', () => {
  const { cases } =
    readVectors<
      Cases<{ name?: string; text: string; action: boolean; permission: boolean; pattern: boolean }>
    >('permissions/words.json')
  for (const { text, action, permission, pattern, name = JSON.stringify(text) } of cases) {
    test(`${name}: action ${action}, permission ${permission}, pattern ${pattern}`, () => {
      assert.equal(isAction(text), action)
      assert.equal(isPermission(text), permission)
      assert.equal(isActionPattern(text), pattern)
    })
  }

  test('what is no string is no word', () => {
    for (const value of [undefined, null, 1, ['read'], { toString: () => 'read' }]) {
      assert.equal(isAction(value), false)
      assert.equal(isPermission(value), false)
      assert.equal(isActionPattern(value), false)
    }
  })

  test('long hostile text is refused at once', () => {
    assert.equal(isAction(`${'a:'.repeat(100_000)}!`), false)
    assert.equal(isPermission('a'.repeat(1_000_000)), false)
  })
})

describe('permissionCovers', () => {
  const { cases } =
    readVectors<Cases<{ granted: string; action: string; covers: boolean }>>('permissions/covers.json')
  for (const { granted, action, covers } of cases) {
    test(`'${granted}' ${covers ? 'covers' : 'does not cover'} '${action}'`, () =>
      assert.equal(permissionCovers(granted, action), covers))
  }

  const segment = fc.constantFrom('a', 'b', 'book')
  const action = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(':'))
  const grant = fc.oneof(
    action,
    action.map((prefix) => `${prefix}:*`),
    fc.constant('*'),
  )

  test('is transitive, so that delegation never widens', () => {
    fc.assert(
      fc.property(grant, grant, action, (outer, inner, act) => {
        fc.pre(permissionCovers(outer, inner) && permissionCovers(inner, act))
        return permissionCovers(outer, act)
      }),
    )
  })

  test('covers itself', () => {
    fc.assert(fc.property(grant, (granted) => permissionCovers(granted, granted)))
  })
})

describe('patternMatches', () => {
  const { cases } =
    readVectors<Cases<{ pattern: string; action: string; matches: boolean }>>('permissions/patterns.json')
  for (const { pattern, action, matches } of cases) {
    test(`'${pattern}' ${matches ? 'matches' : 'does not match'} '${action}'`, () =>
      assert.equal(patternMatches(pattern, action), matches))
  }
})

describe('isConstraintKey', () => {
  const { accepted, refused } = readVectors<{ accepted: string[]; refused: string[] }>(
    'permissions/constraint-keys.json',
  )
  for (const key of accepted) test(`'${key}' is one`, () => assert.ok(isConstraintKey(key)))
  for (const key of refused) {
    test(`${JSON.stringify(key)} is none`, () => assert.equal(isConstraintKey(key), false))
  }
})

test('the verb of an action is its last segment', () => {
  assert.equal(actionVerb('flights:book'), 'book')
  assert.equal(actionVerb('a:b:c'), 'c')
  assert.equal(actionVerb('read'), 'read')
})
