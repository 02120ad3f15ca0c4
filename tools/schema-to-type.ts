import type { z } from 'zod'

export type JsonSchema = z.core.JSONSchema.JSONSchema
type AnySchema = JsonSchema | boolean

const WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['integer', 'number'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  ['null', 'null'],
])

/** The TypeScript type of a JSON Schema that zod wrote. Throws on what it does not know: a guess would be a lie. */
export function schemaToType(schema: AnySchema): string {
  if (typeof schema === 'boolean') return schema ? 'unknown' : 'never'
  const { $ref, enum: values, anyOf, oneOf, type } = schema
  if ($ref !== undefined) return $ref.replace('#/$defs/', '')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (values !== undefined) return union(values.map((value) => JSON.stringify(value)))
  const options = anyOf ?? oneOf
  if (options !== undefined) return union(options.map(schemaToType))
  if (Array.isArray(type)) return union(type.map((one) => schemaToType({ ...schema, type: one })))
  if (type === 'array' && !Array.isArray(schema.items)) return `Array<${schemaToType(schema.items ?? true)}>`
  if (type === 'object') return objectType(schema)
  const word = type === undefined ? 'unknown' : WORDS.get(type)
  if (word === undefined) throw new Error(`no TypeScript for ${JSON.stringify(schema)}`)
  return word
}

/** A comment for what a description adds to the name `name`, or nothing. */
export function comment(description: string | undefined, name = ''): string {
  const adds = description !== undefined && description !== name.replaceAll('_', ' ')
  return adds ? `/** ${description.replaceAll('*/', '* /')} */\n` : ''
}

/** A member of an object type; an optional one may be given as undefined, which is the same as leaving it out. */
export function member(name: string, type: string, required: boolean): string {
  if (required) return `${name}: ${type}`
  return `${name}?: ${type}${type === 'unknown' ? '' : ' | undefined'}`
}

/** A member that may be null says what it is in the part that is not null. */
function descriptionOf(schema: AnySchema): string | undefined {
  if (typeof schema === 'boolean') return undefined
  return schema.description ?? schema.anyOf?.map(descriptionOf).find((text) => text !== undefined)
}

function objectType({ properties, required = [], additionalProperties }: JsonSchema): string {
  if (properties === undefined) {
    return typeof additionalProperties === 'object'
      ? `Record<string, ${schemaToType(additionalProperties)}>`
      : 'Record<string, never>'
  }
  const members = Object.entries(properties).map(([name, schema]) => {
    return comment(descriptionOf(schema), name) + member(name, schemaToType(schema), required.includes(name))
  })
  return members.length === 0 ? 'Record<string, never>' : `{\n${members.join('\n')}\n}`
}

function union(types: string[]): string {
  return [...new Set(types)].join(' | ')
}
