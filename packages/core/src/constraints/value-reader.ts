import type { z } from 'zod'

export type ReadValue<V> = { success: true; data: V } | { success: false }

/** Reads values by a schema, each object once: constraint maps live long and are read on every decision. */
export function valueReader<V>(schema: z.ZodType<V>): (value: unknown) => ReadValue<V> {
  const known = new WeakMap<object, ReadValue<V>>()
  return (value) => {
    if (typeof value !== 'object' || value === null) return schema.safeParse(value)
    const cached = known.get(value)
    if (cached !== undefined) return cached
    const parsed = schema.safeParse(value)
    known.set(value, parsed)
    return parsed
  }
}
