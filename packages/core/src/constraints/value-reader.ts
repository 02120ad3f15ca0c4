import type { z } from 'zod'

export type ReadValue<V> = { success: true; data: V } | { success: false }

const MAX_CACHED = 500

/**
 * Reads values by a schema, each once: constraint maps live long and are read on every decision. It never throws: zod
 * compares the length of whatever has one, and a value that cannot be compared is one that cannot be read.
 */
export function valueReader<V>(schema: z.ZodType<V>): (value: unknown) => ReadValue<V> {
  const objects = new WeakMap<object, ReadValue<V>>()
  const others = new Map<unknown, ReadValue<V>>()
  return (value) => {
    const isObject = typeof value === 'object' && value !== null
    const known = isObject ? objects.get(value) : others.get(value)
    if (known !== undefined) return known
    const parsed = readBy(schema, value)
    if (isObject) {
      objects.set(value, parsed)
      return parsed
    }
    if (others.size >= MAX_CACHED) others.clear()
    others.set(value, parsed)
    return parsed
  }
}

function readBy<V>(schema: z.ZodType<V>, value: unknown): ReadValue<V> {
  try {
    return schema.safeParse(value)
  } catch {
    return { success: false }
  }
}
