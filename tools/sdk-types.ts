/**
 * Prints the wire types of the SDK from the table of operations, so that whoever installs it needs neither zod nor
 * the table. `node tools/sdk-types.ts` rewrites `packages/sdk/src/wire.ts`; a test fails when it is out of date.
 */
import { operationList } from '@modei/protocol/operations'
import type { Operation } from '@modei/protocol/operations/operation'
import { z } from 'zod'
import { formatText } from './format-text.ts'
import { comment, type JsonSchema, member, schemaToType } from './schema-to-type.ts'
import { writeIfChanged } from './write-if-changed.ts'

export const WIRE_TYPES = new URL('../packages/sdk/src/wire.ts', import.meta.url)

/** The text that `wire.ts` must have. */
export function printWireTypes(): string {
  const named = new Map<string, string>()
  const calls = operationList.map((operation) => printCall(operation, named))
  const types = [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  return formatText(
    [
      '// Printed by tools/sdk-types.ts from the table of operations. Change the table, not this file.',
      ...types,
      '/** Every call: what it takes and what it answers. */',
      `export interface Calls {\n${calls.join('\n')}\n}`,
    ].join('\n\n'),
    'packages/sdk/src/wire.ts',
  )
}

function printCall(operation: Operation, named: Map<string, string>): string {
  const { id, params, query, body, bodyOptional = false, response, paged, mediaTypes, summary } = operation
  const takes: string[] = []
  if (params !== undefined) takes.push(`params: { ${Object.keys(params.shape).map(paramType).join('; ')} }`)
  if (query !== undefined) {
    const asWritten = querySchema(query)
    takes.push(member('query', nameQuery(id, asWritten, named), asWritten.required?.length !== 0))
  }
  if (body !== undefined) takes.push(member('body', typeOf(body, 'input', named), !bodyOptional))
  const call = [
    `takes: ${takes.length === 0 ? 'Record<string, never>' : `{ ${takes.join('; ')} }`}`,
    `answers: ${typeOf(response, 'output', named)}`,
    ...(paged === true ? ['paged: true'] : []),
    ...(mediaTypes === undefined ? [] : ['streamed: true']),
  ]
  return `${comment(summary)}${id}: { ${call.join('; ')} }`
}

function paramType(name: string): string {
  return `${name}: ${name === 'version' ? 'number' : 'string'}`
}

/** A query as a caller writes it: it may leave out what has a default, and numbers are numbers. */
function querySchema(query: z.ZodObject): JsonSchema {
  const { required = [] } = z.toJSONSchema(query, { io: 'input' })
  return { ...z.toJSONSchema(query, { io: 'output' }), required }
}

function nameQuery(id: string, query: JsonSchema, named: Map<string, string>): string {
  const isPage = Object.keys(query.properties ?? {}).join() === 'limit,cursor'
  const pascal = id.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return declare(isPage ? 'PageQuery' : `${pascal}Query`, query, named)
}

function typeOf(schema: z.ZodType, io: 'input' | 'output', named: Map<string, string>): string {
  const { $defs = {}, ...root } = z.toJSONSchema(schema, { io })
  for (const [name, definition] of Object.entries($defs)) declare(name, definition, named)
  return schemaToType(root)
}

function declare(name: string, schema: JsonSchema, named: Map<string, string>): string {
  const type = schemaToType(schema)
  const declaration = type.startsWith('{') ? `interface ${name} ${type}` : `type ${name} = ${type}`
  const text = `${comment(schema.description)}export ${declaration}`
  if ((named.get(name) ?? text) !== text) throw new Error(`two different schemas are called ${name}`)
  named.set(name, text)
  return name
}

if (import.meta.main) writeIfChanged(WIRE_TYPES, printWireTypes())
