import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fillReadme, SDK_README } from '../../../tools/sdk-readme.ts'

test('the methods and examples of the README are those of the client', () => {
  const text = readFileSync(SDK_README, 'utf8')
  assert.ok(text === fillReadme(text), 'out of date: run `node tools/sdk-readme.ts`')
})
