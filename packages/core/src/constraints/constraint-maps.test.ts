import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConstraintMap } from './constraint-maps.ts'

const GRANTED = ['read', 'files:*', 'a:b:c']

function errorsOf(map: unknown, granted: readonly string[] = GRANTED): [string, string][] {
  const read = readConstraintMap(map, granted)
  return read.ok ? [] : read.errors.map(({ pointer, message }) => [pointer, message])
}

test('keys of three parts are flat, others are permissions of this passport', () => {
  const read = readConstraintMap(
    { 'core:cost:max_per_action': 500, read: { 'core:rate:max_per_minute': 100 }, 'files:*': {} },
    GRANTED,
  )
  assert.ok(read.ok)
  assert.deepEqual([...read.flat], [['core:cost:max_per_action', 500]])
  assert.deepEqual([...read.byPermission.keys()], ['read', 'files:*'])
  assert.deepEqual([...(read.byPermission.get('read') ?? [])], [['core:rate:max_per_minute', 100]])
})

test('a permission of three parts may have constraints of its own', () => {
  const read = readConstraintMap({ 'a:b:c': { 'core:rate:max_per_minute': 1 } }, GRANTED)
  assert.ok(read.ok && read.byPermission.has('a:b:c') && read.flat.size === 0)
})

test('a constraint that exists is one, even where a permission has its name', () => {
  const read = readConstraintMap({ 'core:cost:max_per_action': 5 }, ['core:cost:max_per_action'])
  assert.ok(read.ok && read.flat.has('core:cost:max_per_action'))
})

for (const map of [null, undefined, [], 'x', 5]) {
  test(`${JSON.stringify(map)} is no map of constraints`, () => {
    assert.deepEqual(errorsOf(map), [['', 'must be an object']])
  })
}

test('an unknown constraint is refused and the nearest known one named', () => {
  assert.deepEqual(errorsOf({ 'core:rate:per_minute': 5 }), [
    [
      '/core:rate:per_minute',
      'unknown constraint `core:rate:per_minute`, did you mean `core:rate:max_per_minute`?',
    ],
  ])
})

test('an unknown constraint of a permission is refused at its place', () => {
  assert.deepEqual(
    errorsOf({ 'files:*': { max_per_minute: 5 } }).map(([pointer]) => pointer),
    ['/files:*/max_per_minute'],
  )
})

test('what is neither constraint nor permission of this passport is refused', () => {
  for (const key of ['write', 'files:read', 'constructor', '', 'Core:cost:max_per_action']) {
    const [[pointer, message] = []] = errorsOf({ [key]: {} })
    assert.equal(pointer, `/${key}`)
    assert.match(message ?? '', /neither a constraint nor a permission/)
  }
})

test('a member named __proto__ is refused like any other', () => {
  assert.deepEqual(
    errorsOf(JSON.parse('{"__proto__": {"core:cost:max_per_action": 5}}')).map(([pointer]) => pointer),
    ['/__proto__'],
  )
})

test('every fault is told at once, each at its place', () => {
  const errors = errorsOf({
    'core:cost:max_per_action': -1,
    'core:scope:domain_allowlist': ['ok.com', 'not ok'],
    read: 5,
    'files:*': { 'core:time:not_after': 'soon' },
    nobody: {},
  })
  assert.deepEqual(
    errors.map(([pointer]) => pointer),
    [
      '/core:cost:max_per_action',
      '/core:scope:domain_allowlist',
      '/read',
      '/files:*/core:time:not_after',
      '/nobody',
    ],
  )
  assert.match(errors[1]?.[1] ?? '', /^1: must be a host/)
})

test('a pointer escapes what pointers give a meaning', () => {
  assert.deepEqual(
    errorsOf({ 'a/b~c': {} }).map(([pointer]) => pointer),
    ['/a~1b~0c'],
  )
})

test('a term is refused in a passport and taken in a catalog', () => {
  const map = { 'core:pricing:per_call_cents': 5 }
  assert.match(errorsOf(map)[0]?.[1] ?? '', /terms come from the catalog alone/)
  assert.equal(readConstraintMap(map, [], { allow_terms: true }).ok, true)
  assert.equal(readConstraintMap({ 'core:pricing:per_call_cents': '5' }, [], { allow_terms: true }).ok, false)
})

test('a map of very many keys is refused', () => {
  const map = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`p${i}`, {}]))
  assert.equal(readConstraintMap(map, Object.keys(map)).ok, false)
})
