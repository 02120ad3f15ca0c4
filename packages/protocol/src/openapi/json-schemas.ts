import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

/** Converts schemas one at a time and gathers those with an id, so that each is printed once and referred to. */
export interface Schemas {
  components: Record<string, JsonSchema>
  /** What a client sends (`input`) or receives (`output`). */
  convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema
}

export function createSchemas(): Schemas {
  const components: Record<string, JsonSchema> = {}
  return {
    components,
    convert(schema, io) {
      // Wrapped, so that a root with an id becomes a reference like any other.
      const converted = relocate(z.toJSONSchema(z.object({ root: schema }), { io, override: tidy }))
      const { $defs = {}, properties } = converted
      for (const [id, definition] of Object.entries(asObject($defs)))
        add(components, id, asObject(definition))
      return asObject(asObject(properties).root)
    },
  }
}

/** INVARIANT: one id, one shape. A schema that reads and answers differently needs two ids. */
function add(components: Record<string, JsonSchema>, id: string, definition: JsonSchema): void {
  const { id: _, ...schema } = definition
  const existing = components[id]
  if (existing !== undefined && JSON.stringify(existing) !== JSON.stringify(schema)) {
    throw new Error(`the schema \`${id}\` has two shapes`)
  }
  components[id] = schema
}

function tidy({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const { def } = zodSchema._zod
  // Answers are open: a newer server may say more.
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties
  // zod drops the examples of a schema that transforms anything; ours show what is sent.
  const examples = z.globalRegistry.get(zodSchema)?.examples
  if (Array.isArray(examples)) jsonSchema.examples = examples
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}

function relocate(schema: object): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  return asObject(JSON.parse(text))
}

function asObject(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
