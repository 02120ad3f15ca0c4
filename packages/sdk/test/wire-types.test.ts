import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { printWireTypes, WIRE_TYPES } from '../../../tools/sdk-types.ts'

test('the wire types are those of the table of operations', () => {
  assert.ok(
    readFileSync(WIRE_TYPES, 'utf8') === printWireTypes(),
    'out of date: run `node tools/sdk-types.ts`',
  )
})
