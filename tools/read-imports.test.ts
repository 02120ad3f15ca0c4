import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onlyCode, readImports } from './read-imports.ts'

const value = (from: string) => ({ from, typeOnly: false })
const type = (from: string) => ({ from, typeOnly: true })

test('every form of import and re-export is found, in order', () => {
  const source = `
    import fastify from 'fastify'
    import * as gates from '../services/gates.ts'
    import Fastify, { type FastifyInstance } from "fastify"
    import {
      type Page,
      pageOf,
    } from '../http/page.ts'
    import './side-effect.ts'
    export * from './gates.ts'
    export { main } from './main.ts'
    const crypto = await import('node:crypto')
  `
  assert.deepEqual(readImports(source), [
    value('fastify'),
    value('../services/gates.ts'),
    value('fastify'),
    value('../http/page.ts'),
    value('./side-effect.ts'),
    value('./gates.ts'),
    value('./main.ts'),
    value('node:crypto'),
  ])
})

test('what is gone at run time is told apart from what still loads the module', () => {
  const source = `
    import type { Caller } from './call.ts'
    export type * from './wire.ts'
    import { type Page } from './page.ts'
  `
  assert.deepEqual(readImports(source), [type('./call.ts'), type('./wire.ts'), value('./page.ts')])
})

test('comments and texts that speak of imports are none', () => {
  const source = `
    // import { a } from 'commented'
    /** import b from 'documented' */
    const url = 'https://host/x' // import c from 'after'
    const text = "import d"
    import real from 'real'
  `
  assert.deepEqual(readImports(source), [value('real')])
})

test('only code is left of a source', () => {
  assert.equal(onlyCode("now() // Date.now()\nconst a = 'process'").includes('process'), false)
  assert.equal(onlyCode("/* fetch */ Date.now()\nconst a = 'x'").includes('Date.now()'), true)
})
