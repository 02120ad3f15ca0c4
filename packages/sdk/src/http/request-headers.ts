import type { Retry } from '../retry.ts'
import type { Settings } from '../settings.ts'

/** The headers of one call, the same on each of its tries: a retry is known by its `Idempotency-Key`. */
export function requestHeaders(
  { apiKey, apiVersion }: Settings,
  retry: Retry,
  hasBody: boolean,
  idempotencyKey: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (apiKey !== null) headers.authorization = `Bearer ${apiKey}`
  if (apiVersion !== undefined) headers['modei-version'] = apiVersion
  if (hasBody) headers['content-type'] = 'application/json'
  const key = idempotencyKey ?? (retry === 'with_key' ? randomKey() : undefined)
  if (key !== undefined) headers['idempotency-key'] = checkedKey(key)
  return headers
}

function checkedKey(key: string): string {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new TypeError('`idempotencyKey` must be 1 to 255 printable ASCII characters without spaces')
}

/** 128 random bits in hex. `crypto.randomUUID` would do, but only exists in secure contexts. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
