/** Reads a column that holds a JSON list of strings. */
export function stringList(text: string): string[] {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw new Error('a stored list of strings is not one')
  }
  return value
}

/** Reads a column that holds a JSON object, or nothing. */
export function jsonObject(text: string | null): Record<string, unknown> {
  if (text === null) return {}
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('a stored object is not one')
  }
  return { ...value }
}
