import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { OPENAPI, printOpenApi } from './openapi.ts'

test('docs/openapi.json is what the table of operations prints', () => {
  assert.ok(
    readFileSync(OPENAPI, 'utf8') === printOpenApi(),
    'run `node tools/openapi.ts` and commit the file',
  )
})
