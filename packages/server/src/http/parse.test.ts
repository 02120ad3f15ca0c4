import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModeiProblem } from '@modei/protocol'
import { z } from 'zod'
import { parseParts } from './parse.ts'

function problemOf(schema: z.ZodType, body: unknown): ModeiProblem {
  try {
    parseParts({ body: schema }, { body })
  } catch (error) {
    if (error instanceof ModeiProblem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('hundreds of thousands of unknown fields are refused with a hundred of them named and the rest counted', () => {
  const body = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`field_${index}`, 1]))
  const problem = problemOf(z.strictObject({}), body)
  assert.equal(problem.code, 'request_invalid')
  assert.equal(problem.errors?.length, 100)
  assert.equal(problem.message, '/body/field_0: unknown field (and 199999 more)')
})

test('hundreds of thousands of bad list members are refused with a hundred of them named', () => {
  const problem = problemOf(z.array(z.string()), new Array(200_000).fill(1))
  assert.equal(problem.errors?.length, 100)
  assert.match(problem.message, /\(and 199999 more\)$/)
})

test('a few bad fields are all named', () => {
  const problem = problemOf(z.strictObject({ a: z.string(), b: z.string() }), { a: 1, b: 2, c: 3 })
  assert.deepEqual(
    problem.errors?.map(({ pointer }) => pointer),
    ['/body/a', '/body/b', '/body/c'],
  )
})

test('a value that zod cannot even compare is refused like any other that does not fit', () => {
  const hostile = JSON.parse('{"length":{"valueOf":1,"toString":1}}')
  for (const schema of [z.string().max(3), z.array(z.string()).min(1), z.object({ a: z.string().max(3) })]) {
    const problem = problemOf(schema, schema instanceof z.ZodObject ? { a: hostile } : hostile)
    assert.equal(problem.code, 'request_invalid')
    assert.equal(problem.errors?.length, 1)
  }
})
