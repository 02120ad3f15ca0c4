import type { CelInput } from '@bufbuild/cel'
import { MAX_CHARACTERS, MAX_DEPTH, MAX_ITEMS, MAX_VALUES } from './bounds.ts'

/**
 * JSON as an expression sees it: whole numbers are CEL integers. Within bounds, on which the cost of an
 * expression is reckoned.
 * @throws when the data is larger than that, or is no JSON
 */
export function toCelValue(data: unknown): CelInput {
  const left = { values: MAX_VALUES, characters: MAX_CHARACTERS }
  return convert(data, 0, left)
}

interface Left {
  values: number
  characters: number
}

function convert(value: unknown, depth: number, left: Left): CelInput {
  left.values -= 1
  if (left.values < 0 || depth > MAX_DEPTH) throw new RangeError('too large')
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return text(value, left)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) throw new RangeError('too many items')
    return value.map((item) => convert(item, depth + 1, left))
  }
  if (typeof value !== 'object') throw new TypeError('not JSON')
  const entries = Object.entries(value)
  if (entries.length > MAX_ITEMS) throw new RangeError('too many members')
  return new Map(entries.map(([key, item]) => [text(key, left), convert(item, depth + 1, left)] as const))
}

function text(value: string, left: Left): string {
  left.characters -= value.length
  if (left.characters < 0) throw new RangeError('too many characters')
  return value
}
