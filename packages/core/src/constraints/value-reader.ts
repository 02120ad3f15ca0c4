import type { z } from 'zod'

export type ReadValue<V> = { success: true; data: V } | { success: false }

const MAX_CACHED = 500

/**
 * Reads values by a schema, each once: constraint maps live long and are read on every decision. It never throws.
 */
export function valueReader<V>(schema: z.ZodType<V>): (value: unknown) => ReadValue<V> {
  const objects = new WeakMap<object, ReadValue<V>>()
  const others = new Map<unknown, ReadValue<V>>()
  return (value) => {
    const isObject = typeof value === 'object' && value !== null
    const known = isObject ? objects.get(value) : others.get(value)
    if (known !== undefined) return known
    const parsed = parsedBy(schema, value) ?? { success: false }
    if (isObject) {
      objects.set(value, parsed)
      return parsed
    }
    if (others.size >= MAX_CACHED) others.clear()
    others.set(value, parsed)
    return parsed
  }
}

/** Undefined for what cannot be read at all: zod compares the length of whatever has one, and not every value can be compared. */
export function parsedBy<V>(schema: z.ZodType<V>, value: unknown): z.ZodSafeParseResult<V> | undefined {
  try {
    return schema.safeParse(value)
  } catch {
    return undefined
  }
}
