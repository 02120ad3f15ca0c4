import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGranted, uncoveredGrants } from './coverage.ts'
import { listed } from './permissions.fixture.ts'
import { buildSnapshot, readSnapshot } from './snapshot.ts'
import { findForeignTerm, termsOf } from './terms.ts'

const built = buildSnapshot({
  gate_id: 'gate_a',
  version: 1,
  published_at: 0,
  permissions: [listed({ permission_key: 'read' })],
})

test('a stored version that is not what was hashed is not read', () => {
  const { snapshot_json: text, content_hash: hash } = built
  assert.equal(readSnapshot(text, hash).permissions.length, 1)
  assert.throws(() => readSnapshot(text.replace('"read"', '"root"'), hash))
  assert.throws(() => readSnapshot(`${text} `, hash))
  assert.throws(() =>
    readSnapshot(
      text,
      hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    ),
  )
  assert.throws(() => readSnapshot(text, ''))
})

test('nothing but the members of a permission is hashed', () => {
  const more = { ...listed({ permission_key: 'read' }), note: 'x' }
  const same = buildSnapshot({ gate_id: 'gate_a', version: 1, published_at: 0, permissions: [more] })
  assert.equal(same.content_hash, built.content_hash)
})

test('an exact grant must be in the catalog, a pattern must cover one of its permissions', () => {
  const keys = new Set(['flights:book', 'flights:seats:list', 'read'])
  const covered = ['flights:book', 'read', '*', 'flights:*', 'flights:seats:*']
  const uncovered = [
    'flights',
    'flights:cancel',
    'flight:*',
    'read:*',
    'flights:book:*',
    'hotels:*',
    'rea',
    '',
  ]
  assert.deepEqual(uncoveredGrants([...covered, ...uncovered], keys), uncovered)
  assert.deepEqual(uncoveredGrants(covered, new Set()), covered)
  assert.ok(isGranted(['flights:*'], 'flights:book'))
  assert.ok(!isGranted(['flights:*'], 'flights'))
  assert.ok(!isGranted([], 'flights'))
})

test('the terms of a passport are its prices, service levels and fees, and no limits', () => {
  const terms = termsOf([
    { permission_key: 'a', constraints: { 'core:pricing:per_call_cents': 1, 'core:cost:max_per_day': 5 } },
    { permission_key: 'b:*', constraints: { 'core:sla:uptime_basis_points': 9000, unknown: 1 } },
  ])
  assert.deepEqual(terms, [
    { permission: 'a', key: 'core:pricing:per_call_cents', value: 1 },
    { permission: 'b:*', key: 'core:sla:uptime_basis_points', value: 9000 },
  ])
})

test('a term that is not exactly the catalog’s is foreign, for the actions that its permission covers', () => {
  const key = 'core:pricing:per_call_cents'
  const term = (permission: string, value: unknown) => [{ permission, key, value }]
  const catalog = { [key]: 25 }
  assert.equal(findForeignTerm(term('a:*', 25), 'a:b', catalog), undefined)
  assert.equal(findForeignTerm(term('x', 1), 'a:b', catalog), undefined)
  assert.equal(findForeignTerm([], 'a:b', catalog), undefined)
  for (const value of [24, 26, 0, '25', null, [25]]) {
    assert.ok(findForeignTerm(term('a:*', value), 'a:b', catalog), JSON.stringify(value))
  }
  assert.ok(findForeignTerm(term('*', 25), 'a:b', {}))
})
