import fc from 'fast-check'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Values that fit a JSON Schema of the document, or nearly: real ids stand in for random ones half of the time. */
export function arbitraryOf(
  schema: unknown,
  find: (ref: string) => JsonSchema,
  ids: readonly string[],
  depth = 0,
): fc.Arbitrary<unknown> {
  if (typeof schema !== 'object' || schema === null) return fc.jsonValue({ maxDepth: 2 })
  const s: JsonSchema = { ...schema }
  const recur = (inner: unknown) => arbitraryOf(inner, find, ids, depth + 1)
  if (typeof s.$ref === 'string') return recur(find(s.$ref))
  if ('const' in s) return fc.constant(s.const)
  if (Array.isArray(s.enum)) return fc.constantFrom(...s.enum)
  for (const key of ['anyOf', 'oneOf'] as const) {
    const options = s[key]
    if (Array.isArray(options)) return fc.oneof(...options.map(recur))
  }
  if (Array.isArray(s.allOf))
    return fc.tuple(...s.allOf.map(recur)).map((parts) => Object.assign({}, ...parts.map(Object)))
  switch (s.type) {
    case 'string':
      return stringOf(s, ids)
    case 'integer':
      return fc.oneof(
        fc.integer({
          min: numberOr(s.minimum, -5),
          max: Math.min(numberOr(s.maximum, 1_000_000), 1_000_000),
        }),
        fc.constantFrom(numberOr(s.minimum, 0), numberOr(s.maximum, Number.MAX_SAFE_INTEGER)),
      )
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(recur(s.items), { minLength: Math.min(numberOr(s.minItems, 0), 3), maxLength: 3 })
    case 'object':
      return depth > 6 ? fc.constant({}) : objectOf(s, recur)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}

const EVIL = [
  '',
  ' ',
  '..',
  '../../etc/passwd',
  '%2e%2e',
  'constructor',
  '__proto__',
  '\u0000',
  'null',
  '-1',
  '1e999',
  "'; drop table gates; --",
  '💸',
  'a'.repeat(5000),
]

function stringOf(s: JsonSchema, ids: readonly string[]): fc.Arbitrary<string> {
  const choices: fc.Arbitrary<string>[] = [fc.constantFrom(...EVIL), fc.string({ maxLength: 40 })]
  if (ids.length > 0) choices.push(fc.constantFrom(...ids), fc.constantFrom(...ids), fc.constantFrom(...ids))
  if (typeof s.pattern === 'string' && !s.pattern.includes('(?'))
    choices.push(fc.stringMatching(new RegExp(s.pattern), { maxLength: 60 }))
  choices.push(
    fc.constantFrom(
      '2026-01-01',
      '2026-02-30',
      '2026-01-01T00:00:00Z',
      '7d',
      'daily',
      'L1',
      'read',
      'buy',
      'core:cost:max_per_day',
    ),
  )
  return fc.oneof(...choices)
}

function objectOf(s: JsonSchema, recur: (inner: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.entries(Object(s.properties))
  const required = new Set(Array.isArray(s.required) ? s.required : [])
  const known = fc.record(Object.fromEntries(properties.map(([name, inner]) => [name, recur(inner)])), {
    requiredKeys: properties.map(([name]) => name).filter((name) => required.has(name)),
  })
  if (s.additionalProperties === false) return known
  const more = fc.dictionary(
    fc.constantFrom('read', 'buy', 'core:cost:max_per_day', 'core:rate:max_per_minute', 'note'),
    fc.jsonValue({ maxDepth: 2 }),
    {
      maxKeys: 3,
    },
  )
  return fc.tuple(known, more).map(([a, b]) => ({ ...b, ...a }))
}

/** Breaks a value somewhere: a member dropped, added or of another type. */
export function mutated(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(value, fc.nat(1000), fc.jsonValue({ maxDepth: 3 })).map(([original, seed, junk]) => {
    if (typeof original !== 'object' || original === null || Array.isArray(original)) return junk
    const entries = Object.entries(original)
    const index = entries.length === 0 ? 0 : seed % entries.length
    if (seed % 3 === 0) return { ...original, [`unknown_${seed}`]: junk }
    if (seed % 3 === 1) return Object.fromEntries(entries.filter((_, i) => i !== index))
    return Object.fromEntries(entries.map(([name, inner], i) => (i === index ? [name, junk] : [name, inner])))
  })
}
