import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { operationList } from '@modei/protocol'
import { ModeiClient } from 'modei'
import { z } from 'zod'

interface PythonMethod {
  name: string
  positional: string[]
  keywords: string[]
}

const FILE = new URL('../../../vectors/python-client/methods.json', import.meta.url)
const { methods }: { methods: PythonMethod[] } = JSON.parse(readFileSync(FILE, 'utf8'))

/** The two keywords that Python cannot spell as the wire does. */
const WIRE_NAMES: Readonly<Record<string, string>> = { from_date: 'from', to_date: 'to' }

function membersOf(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return []
  const { $ref, $defs = {}, properties } = z.toJSONSchema(schema, { io: 'input' })
  const named = $defs[$ref?.replace('#/$defs/', '') ?? '']
  return Object.keys(properties ?? named?.properties ?? {})
}

suite('every method of the Python client', () => {
  for (const { name, positional, keywords } of methods) {
    test(`${name} has a twin that takes the same arguments`, () => {
      const twin: unknown = Reflect.get(
        ModeiClient.prototype,
        name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      )
      assert.ok(typeof twin === 'function')
      const operation = operationList.find(({ id }) => id === name)
      assert.ok(operation !== undefined)
      const params = Object.keys(operation.params?.shape ?? {})
      assert.deepEqual(positional.slice(0, params.length), params)
      const taken = new Set([...membersOf(operation.query), ...membersOf(operation.body)])
      const unknown = keywords.filter((keyword) => !taken.has(WIRE_NAMES[keyword] ?? keyword))
      assert.deepEqual(unknown, [])
    })
  }
})
