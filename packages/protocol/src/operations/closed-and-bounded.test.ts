import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { operationList } from './index.ts'

type Json = Record<string, unknown>

/** Every schema inside a converted one, with where it stands. */
function* walk(schema: unknown, path: string): Generator<[path: string, schema: Json]> {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) yield* walk(item, `${path}/${index}`)
  } else if (typeof schema === 'object' && schema !== null) {
    yield [path, { ...schema }]
    for (const [key, value] of Object.entries(schema)) {
      if (key !== 'examples' && key !== 'enum') yield* walk(value, `${path}/${key}`)
    }
  }
}

function requestSchemas(): [name: string, schema: z.ZodType][] {
  return operationList.flatMap(({ id, params, query, body }) =>
    Object.entries({ params, query, body }).flatMap(([part, schema]): [string, z.ZodType][] =>
      schema === undefined ? [] : [[`${id} ${part}`, schema]],
    ),
  )
}

for (const [name, schema] of requestSchemas()) {
  test(`${name}: every object is closed, or a map on purpose`, () => {
    for (const [path, part] of walk(z.toJSONSchema(schema, { io: 'input' }), '')) {
      if (part.type !== 'object') continue
      const isMap = part.properties === undefined && part.propertyNames !== undefined
      assert.ok(part.additionalProperties === false || isMap, `${path} is open`)
    }
  })

  test(`${name}: every text, list and number has a bound`, () => {
    for (const [path, part] of walk(z.toJSONSchema(schema, { io: 'input' }), '')) {
      if (path.endsWith('/propertyNames')) continue
      const types = Array.isArray(part.type) ? part.type : [part.type]
      if (types.includes('string')) {
        const bounded = part.maxLength ?? part.enum ?? part.const
        // A pattern bounds a text when it is anchored and repeats nothing without end.
        const { pattern } = part
        const byPattern =
          typeof pattern === 'string' &&
          /^\^.*\$$/.test(pattern) &&
          !/[*+](?!\])/.test(withoutClasses(pattern))
        assert.ok(bounded !== undefined || byPattern, `${path} has no longest text`)
      }
      if (types.includes('array')) assert.ok(part.maxItems !== undefined, `${path} has no longest list`)
      if (types.includes('integer') || (types.includes('number') && part.enum === undefined)) {
        assert.ok(part.maximum !== undefined && part.minimum !== undefined, `${path} has no bounds`)
      }
    }
  })
}

function withoutClasses(pattern: string): string {
  return pattern
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replaceAll(/\\./g, 'x')
    .replaceAll('(?!.*', '(?!')
}

test('a body with an unknown field is refused by name, whatever the operation', () => {
  for (const { id, body } of operationList) {
    if (body === undefined || id === 'set_constraints') continue
    const result = body.safeParse({ max_cost_cent: 1 })
    assert.equal(result.success, false, id)
    assert.match(JSON.stringify(result.error?.issues), /max_cost_cent/, id)
  }
})

test('a query with an unknown field is refused by name, whatever the operation', () => {
  for (const { id, query } of operationList) {
    if (query === undefined) continue
    assert.match(JSON.stringify(query.safeParse({ limt: '5' }).error?.issues), /limt/, id)
  }
})

test('no body is accepted that is no object', () => {
  for (const { id, body } of operationList) {
    for (const value of [null, undefined, [], '', 'x', 0, true]) {
      if (body !== undefined)
        assert.equal(body.safeParse(value).success, false, `${id} ${JSON.stringify(value)}`)
    }
  }
})

test('the examples of requests are requests', () => {
  for (const { id, body } of operationList) {
    const examples = body === undefined ? undefined : z.globalRegistry.get(body)?.examples
    for (const example of Array.isArray(examples) ? examples : []) {
      assert.deepEqual(body?.safeParse(example).error?.issues, undefined, id)
    }
  }
})
