import type { Operation } from '@modei/protocol'
import { z } from 'zod'

/** Where a tool's argument goes in the request. */
export type ArgumentPlace = 'params' | 'query' | 'body' | 'whole_body'

export interface ToolArguments {
  schema: z.ZodObject
  places: ReadonlyMap<string, ArgumentPlace>
}

type Shape = Record<string, z.ZodType>

/** Bodies that are a map of their own, and the argument that carries each. */
export const WHOLE_BODIES: ReadonlyMap<string, string> = new Map([['set_constraints', 'constraints']])

/** One flat, closed set of arguments out of a call's path parameters, query and body: the same schemas as over HTTP. */
export function toolArguments(operation: Operation, wholeBody: string | undefined): ToolArguments {
  const shape: Shape = {}
  const places = new Map<string, ArgumentPlace>()
  const add = (name: string, schema: z.ZodType, place: ArgumentPlace) => {
    // A name that stands in two places would make the call ambiguous, so it must not be described at all.
    if (places.has(name)) throw new Error(`the tool ${operation.id} has two arguments \`${name}\``)
    shape[name] = schema
    places.set(name, place)
  }
  for (const [name, schema] of Object.entries(operation.params?.shape ?? {}))
    add(name, typed(schema), 'params')
  for (const [name, schema] of Object.entries(operation.query?.shape ?? {})) add(name, typed(schema), 'query')
  if (operation.body !== undefined) {
    if (wholeBody !== undefined) add(wholeBody, operation.body, 'whole_body')
    else for (const [name, schema] of Object.entries(bodyShape(operation.body))) add(name, schema, 'body')
  }
  return { schema: z.strictObject(shape), places }
}

function bodyShape(body: z.ZodType): Shape {
  if (body instanceof z.ZodObject) return body.shape
  if (body instanceof z.ZodUnion) {
    // Of several shapes the caller picks one, so no member of any is required here; the server judges the whole.
    const shapes = body.options.map((option) => (option instanceof z.ZodType ? bodyShape(option) : {}))
    return Object.fromEntries(
      shapes.flatMap((shape) => Object.entries(shape)).map(([name, schema]) => [name, z.optional(schema)]),
    )
  }
  throw new Error('a body that is no object needs a name')
}

/** A query speaks text; a tool's caller should pass numbers as numbers. */
function typed(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodOptional) return z.optional(typed(schema.unwrap()))
  if (schema instanceof z.ZodDefault) return z.optional(typed(schema.unwrap()))
  if (schema instanceof z.ZodPipe) return typed(schema.out)
  if (schema instanceof z.ZodType) return schema
  throw new Error('not a schema')
}

/** Sorts arguments into the parts of the request. */
export function placeArguments(
  { places }: ToolArguments,
  given: Readonly<Record<string, unknown>>,
): { params: Record<string, string | number>; query: Record<string, unknown>; body: unknown } {
  const params: Record<string, string | number> = {}
  const query: Record<string, unknown> = {}
  const body: Record<string, unknown> = {}
  let whole: unknown
  for (const [name, value] of Object.entries(given)) {
    const place = places.get(name)
    if (value === undefined) continue
    if (place === 'params') params[name] = typeof value === 'number' ? value : String(value)
    else if (place === 'query') query[name] = value
    else if (place === 'whole_body') whole = value
    else body[name] = value
  }
  return { params, query, body: whole ?? body }
}
