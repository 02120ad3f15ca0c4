import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadVectors } from '../../test/passport-fixtures.ts'
import { PASSPORT_VERIFY_REASON_CODES } from './reasons.ts'
import { SHORT_CONSTRAINTS } from './short-names.ts'

const page = readFileSync(new URL('../../../../docs/spec/passport-envelope.md', import.meta.url), 'utf8')

function section(title: string): string {
  const [, rest = ''] = page.split(`\n## ${title}\n`)
  return rest.split('\n## ')[0] ?? ''
}

function codes(text: string): string[] {
  return [...text.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] ?? '')
}

test('the page lists the reasons, each once and in their order', () => {
  const [list = ''] = section('Reasons').trim().split('\n\n')
  assert.deepEqual(codes(list), [...PASSPORT_VERIFY_REASON_CODES])
})

test('the page lists the deliberate differences, and each has a vector', () => {
  const rows = [
    ...section('Deliberate differences from the Python package').matchAll(/^\| `([a-z0-9_]+)` \|/gm),
  ]
  const { cases } = loadVectors<{ cases: { difference?: string }[] }>('refusals.json')
  const tried = new Set(cases.flatMap((vector) => vector.difference ?? []))
  assert.deepEqual(rows.map((row) => row[1]).sort(), [...tried].sort())
})

test('the page names every short constraint', () => {
  const named = new Set(codes(section('Delegation')))
  for (const { name } of SHORT_CONSTRAINTS) assert.ok(named.has(name), name)
})
