import { hasCardNumber } from './card-number.ts'
import { hasEmailAddress } from './email-address.ts'
import { hasIban } from './iban.ts'
import { hasSocialSecurityNumber } from './social-security-number.ts'

const MAX_DEPTH = 32
const MAX_NODES = 10_000
const MAX_CHARACTERS = 262_144

const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/g
const DASHES = /[\u2010-\u2015\u2212]/g

/**
 * Searches names and values at every depth of caller-supplied data.
 * @returns what was found, in words; `too_large` when the data cannot be searched whole
 */
export function findPersonalData(data: unknown): string | undefined {
  const waiting: { value: unknown; depth: number }[] = [{ value: data, depth: 0 }]
  let nodes = 0
  let characters = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    nodes += 1
    const text = textOf(next.value)
    characters += text?.length ?? 0
    if (nodes > MAX_NODES || characters > MAX_CHARACTERS || next.depth > MAX_DEPTH) return 'too_large'
    const found = text === undefined ? undefined : searchText(text)
    if (found !== undefined) return found
    for (const value of partsOf(next.value)) waiting.push({ value, depth: next.depth + 1 })
  }
  return undefined
}

function partsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Array.isArray(value) ? value : Object.entries(value).flat()
}

/** A card number may come as a number too. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return Number.isSafeInteger(value) ? String(value) : undefined
}

function searchText(raw: string): string | undefined {
  if (raw.length < 6) return undefined
  const text = raw.normalize('NFKC').replace(INVISIBLE, '').replace(DASHES, '-')
  if (hasEmailAddress(text)) return 'an e-mail address'
  if (hasCardNumber(text)) return 'a payment card number'
  if (hasSocialSecurityNumber(text)) return 'a US social security number'
  return hasIban(text) ? 'an IBAN' : undefined
}
