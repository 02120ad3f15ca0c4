import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'

export type FlagKind = 'boolean' | 'integer' | 'number' | 'text' | 'list' | 'json'

export interface Flag {
  /** As on the wire. */
  name: string
  kind: FlagKind
  choices: readonly string[] | undefined
  description: string
  required: boolean
}

interface JsonSchema {
  type?: unknown
  enum?: unknown[] | undefined
  anyOf?: unknown[] | undefined
  items?: unknown
  description?: string | undefined
}

/** How one argument of a call is given on the command line. */
export function flagOf(name: string, schema: z.ZodType): Flag {
  const described: JsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const meant = withoutNull(described)
  const choices = meant.enum?.every((choice) => typeof choice === 'string')
    ? meant.enum.map(String)
    : undefined
  return {
    name,
    kind: kindOf(meant),
    choices,
    description: described.description ?? meant.description ?? name.replaceAll('_', ' '),
    required: !schema.safeParse(undefined).success,
  }
}

export function kebab(name: string): string {
  return name.replaceAll('_', '-')
}

/** Reads one value as it was typed. The call's own schema judges it afterwards. */
export function readFlag(kind: FlagKind, text: string): unknown {
  if (kind === 'json') return readJson(text)
  if (kind === 'text' || kind === 'boolean') return text
  if (kind === 'list') return text.split(',').map((item) => item.trim())
  // `Number` takes an empty text for zero.
  const value = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new InvalidArgumentError('It must be a number.')
  return value
}

/** JSON, the file named after `@`, or standard input for `-`. */
export function readJson(text: string): unknown {
  const json =
    text === '-' ? readFileSync(0, 'utf8') : text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text
  try {
    return JSON.parse(json)
  } catch {
    throw new InvalidArgumentError('It must be JSON, `@FILE`, or `-` for standard input.')
  }
}

function withoutNull(schema: JsonSchema): JsonSchema {
  const options = (schema.anyOf ?? [])
    .map((option): JsonSchema => Object(option))
    .filter(({ type }) => type !== 'null')
  const [only] = options
  return only !== undefined && options.length === 1 ? withoutNull(only) : schema
}

function kindOf({ type, items }: JsonSchema): FlagKind {
  if (type === 'string') return 'text'
  if (type === 'integer' || type === 'number' || type === 'boolean') return type
  return type === 'array' && Object(items).type === 'string' ? 'list' : 'json'
}
