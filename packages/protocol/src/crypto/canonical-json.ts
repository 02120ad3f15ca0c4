import { CanonicalizationError, type CanonicalizationReason } from './canonicalization-error.ts'
import { findShape, keepShape, type ObjectShape } from './object-shapes.ts'
import { sha256Hex } from './sha256.ts'
import { isWellFormed, utf8Bytes } from './utf8.ts'

export { CanonicalizationError }

/** Containers nested deeper than this are refused, so that no input overflows the call stack. */
export const MAX_CANONICAL_DEPTH = 1000

/**
 * The RFC 8785 text of a JSON value. Throws `CanonicalizationError` on whatever JSON cannot say: nothing is dropped,
 * replaced or converted on the way, so that two different values do not share a text.
 */
export function canonicalJson(value: unknown): string {
  return write(value, { path: [], ancestors: [], largest: Number.MAX_VALUE })
}

/** The same text, of a value that a strict reader takes back: also throws on numbers beyond ±(2^53 − 1). */
export function readableCanonicalJson(value: unknown): string {
  return write(value, { path: [], ancestors: [], largest: Number.MAX_SAFE_INTEGER })
}

/** The UTF-8 bytes of `canonicalJson`: what is signed. */
export function canonicalizeStrict(value: unknown): Uint8Array {
  return utf8Bytes(canonicalJson(value))
}

/** Hex SHA-256 of the canonical bytes. */
export function computeContentHash(value: unknown): string {
  return sha256Hex(canonicalJson(value))
}

/** True if and only if `expected` is the content hash of `value`. Throws as `canonicalJson` does. */
export function verifyContentHash(value: unknown, expected: string): boolean {
  return computeContentHash(value) === expected
}

/**
 * Where the writing is: the keys that lead there, for errors, and the containers around it, to find cycles; and the
 * number that none may be beyond.
 */
type Place = { readonly path: (string | number)[]; readonly ancestors: object[]; readonly largest: number }

function write(value: unknown, place: Place): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, place)
    case 'number':
      // ECMAScript's number to string conversion is the one that RFC 8785 prescribes; it writes -0 as 0.
      return Math.abs(value) <= place.largest ? String(value) : refuseNumber(value, place)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : writeContainer(value, place)
    case 'undefined':
      return refuse('undefined_in_canonical_input', place)
    case 'bigint':
      return refuse('bigint_in_canonical_input', place)
    case 'function':
      return refuse('function_in_canonical_input', place)
    case 'symbol':
      return refuse('symbol_in_canonical_input', place)
  }
}

function writeContainer(value: object, place: Place): string {
  const { ancestors } = place
  if (ancestors.includes(value)) refuse('cycle_in_canonical_input', place)
  if (ancestors.length === MAX_CANONICAL_DEPTH) refuse('canonical_input_too_deep', place)
  ancestors.push(value)
  const text = Array.isArray(value) ? writeArray(value, place) : writeObject(value, place)
  ancestors.pop()
  return text
}

function writeArray(array: readonly unknown[], place: Place): string {
  const { length } = array
  const keyCount = Object.keys(array).length
  if (keyCount < length) refuse('sparse_array_in_canonical_input', place)
  // Array.prototype is an array in every realm; a subclass's prototype is not.
  const plain = keyCount === length && !hasSymbols(array) && Array.isArray(Object.getPrototypeOf(array))
  if (!plain) refuse('non_plain_object_in_canonical_input', place)
  const depth = place.path.length
  let text = '['
  for (let i = 0; i < length; i++) {
    place.path[depth] = i
    text += (i > 0 ? ',' : '') + write(array[i], place)
  }
  place.path.length = depth
  return `${text}]`
}

function writeObject(object: object, place: Place): string {
  if (!isRecord(object)) return refuse('non_plain_object_in_canonical_input', place)
  if (hasSymbols(object)) refuse('symbol_in_canonical_input', place)
  const keys = Object.keys(object)
  if (keys.length === 0) return '{}'
  const { sorted, quoted } = findShape(keys) ?? makeShape(keys, place)
  const depth = place.path.length
  let text = ''
  for (let i = 0; i < sorted.length; i++) {
    const key = sorted[i] ?? ''
    place.path[depth] = key
    text += quoted[i] + write(object[key], place)
  }
  place.path.length = depth
  return `${text}}`
}

function makeShape(keys: readonly string[], place: Place): ObjectShape {
  const sorted = sortKeys([...keys])
  const quoted = sorted.map((key, i) => {
    place.path.push(key)
    const text = `${i === 0 ? '{' : ','}${writeString(key, place)}:`
    place.path.pop()
    return text
  })
  const shape = { keys, sorted, quoted }
  keepShape(shape)
  return shape
}

function hasSymbols(object: object): boolean {
  return Object.getOwnPropertySymbols(object).length > 0
}

/** Sorts in place by UTF-16 code unit, as RFC 8785 asks; `<` and `sort` both do. Insertion wins on short lists. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > 32) return keys.sort()
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? ''
    let j = i - 1
    for (; j >= 0; j--) {
      const other = keys[j] ?? ''
      if (other < key) break
      keys[j + 1] = other
    }
    keys[j + 1] = key
  }
  return keys
}

/** Plain objects only: an instance, a Map or a Date would lose what it means. */
function isRecord(object: object): object is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype === Object.prototype || prototype === null) return true
  // Another realm's Object.prototype: test runners and frames hand over such objects.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(Object(prototype), 'isPrototypeOf')
}

/** Printable ASCII without quote and backslash, and everything beyond but surrogates, needs no escape. */
const NEEDS_CARE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

function writeString(text: string, place: Place): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`
  if (!isWellFormed(text)) refuse('lone_surrogate_in_canonical_input', place)
  return JSON.stringify(text)
}

function refuseNumber(value: number, place: Place): never {
  if (Number.isFinite(value)) return refuse('unsafe_number_in_canonical_input', place, String(value))
  const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Infinity' : '-Infinity'
  return refuse('non_finite_number_in_canonical_input', place, name)
}

function refuse(reasonCode: CanonicalizationReason, place: Place, detail?: string): never {
  throw new CanonicalizationError(reasonCode, place.path.map(String), detail)
}
