import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

/** What clients bundle: every module that is loaded at run time, type imports left out. */
function loads(file: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(file.href)) return seen
  seen.add(file.href)
  const source = readFileSync(file, 'utf8')
  for (const [, clause = '', from = ''] of source.matchAll(
    /^(?:import|export)\s+([^'"]*?)from\s+'([^']+)'/gms,
  )) {
    if (clause.startsWith('type ')) continue
    if (from.startsWith('.')) loads(new URL(from, file), seen)
    else seen.add(from)
  }
  return seen
}

const CLIENT_SIDE = [
  'decision-words.ts',
  'errors.ts',
  'ids.ts',
  'operations/routes.ts',
  'passports/index.ts',
  'permissions.ts',
  'reasons.ts',
  'scopes.ts',
  'time.ts',
]

for (const file of CLIENT_SIDE) {
  test(`${file} loads no validator, so that clients can bundle it`, () => {
    const loaded = [...loads(new URL(file, import.meta.url))]
    assert.ok(!loaded.includes('zod'), loaded.join('\n'))
    assert.ok(!loaded.some((name) => name.includes('/schemas/')))
  })
}

test('the table of operations does load it, so this test can fail', () => {
  assert.ok(loads(new URL('operations/index.ts', import.meta.url)).has('zod'))
})
