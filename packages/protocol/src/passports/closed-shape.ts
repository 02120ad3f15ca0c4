import { isWellFormed } from '../crypto/utf8.ts'
import { parseAnsweredTimestamp } from '../time.ts'
import { isPlainObject, type JsonObject, type JsonValue } from './json.ts'

/** Containers inside containers; the same bound as for the text of a passport. */
export const MAX_NESTING = 64

// Assigning to them does not make a member, and looking them up finds one that nobody sent.
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A signed object that has another shape. Readers throw it; the parser that calls them turns it into a value. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'

  constructor(path: string, message: string) {
    super(`${path === '' ? '/' : path} ${message}`)
  }
}

/** An object with all the required members, perhaps the optional ones, and no other. */
export function readObject(
  value: unknown,
  required: readonly string[],
  path: string,
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (!isPlainObject(value)) throw new ShapeError(path, 'must be an object')
  for (const key of required) {
    if (!Object.hasOwn(value, key)) throw new ShapeError(`${path}/${key}`, 'is missing')
  }
  // Symbols and hidden members are no JSON and are not copied, so they need not be looked for.
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new ShapeError(`${path}/${key}`, 'is not a known member')
    }
  }
  return value
}

export function readString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new ShapeError(path, 'must be a string')
  if (!isWellFormed(value)) throw new ShapeError(path, 'holds a lone surrogate')
  return value
}

export function readNonEmptyString(value: unknown, path: string): string {
  const text = readString(value, path)
  if (text === '') throw new ShapeError(path, 'must not be empty')
  return text
}

export function readStringOrNull(value: unknown, path: string): string | null {
  return value === null ? null : readString(value, path)
}

export function readBoolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw new ShapeError(path, 'must be a boolean')
  return value
}

/** A time as signed objects carry it; it sorts as text. */
export function readSignedTime(value: unknown, path: string): string {
  const text = readString(value, path)
  if (parseAnsweredTimestamp(text) === undefined) {
    throw new ShapeError(path, 'must be an existing time of the form YYYY-MM-DDTHH:MM:SS.mmmZ')
  }
  return text
}

export function readWholeNumber(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new ShapeError(path, 'must be a whole number')
  }
  // Minus zero has the canonical text of zero.
  return value === 0 ? 0 : value
}

export function readArray(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeError(path, 'must be an array')
  return value
}

/** Copies any JSON value, so that what was checked is what is used. */
export function readJson(value: unknown, path: string, depth: number): JsonValue {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return readString(value, path)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new ShapeError(path, 'non_finite_number_in_canonical_input')
    return value === 0 ? 0 : value
  }
  if (Array.isArray(value)) {
    assertNesting(path, depth)
    // `Array.from` visits the holes of a sparse array, which `map` would keep.
    return Array.from(value, (item: unknown, index) => readJson(item, `${path}/${index}`, depth + 1))
  }
  return readJsonObject(value, path, depth)
}

export function readJsonObject(value: unknown, path: string, depth: number): JsonObject {
  if (!isPlainObject(value)) throw new ShapeError(path, 'must be a JSON value')
  assertNesting(path, depth)
  const copy: Record<string, JsonValue> = {}
  for (const key of Object.keys(value)) {
    const member = `${path}/${key}`
    if (FORBIDDEN_KEYS.has(key)) throw new ShapeError(member, 'is a forbidden key')
    if (!isWellFormed(key)) throw new ShapeError(path, 'has a key with a lone surrogate')
    copy[key] = readJson(value[key], member, depth + 1)
  }
  return copy
}

function assertNesting(path: string, depth: number): void {
  if (depth > MAX_NESTING) throw new ShapeError(path, `is nested deeper than ${MAX_NESTING}`)
}
