import { decodeBase64Strict, encodeBase64Url } from '@modei/protocol/crypto/base64'
import { parseStrictJson } from '@modei/protocol/crypto/strict-json'
import { decodeUtf8Strict, utf8Bytes } from '@modei/protocol/crypto/utf8'

/** The headers with which an agent presents itself at a gate. `docs/spec/gate-headers.md` is their specification. */
export const PASSPORT_HEADER = 'Modei-Passport'
export const PASSPORT_ID_HEADER = 'Modei-Passport-Id'
export const ASSERTION_HEADER = 'Modei-Assertion'

/** Characters that a header may have at most. What does not fit is registered, and presented by its id. */
export const MAX_PRESENTED_LENGTH = 65_536

// An envelope may nest 64 containers; one more is around it.
const MAX_DEPTH = 65

/** The value of a header that carries JSON: base64url without padding. */
export function encodeHeaderJson(value: unknown): string {
  return encodeBase64Url(utf8Bytes(JSON.stringify(value)))
}

/** The JSON of a header, or undefined when it has any other form. Attacker-controlled. */
export function decodeHeaderJson(text: string): unknown {
  if (text.length > MAX_PRESENTED_LENGTH || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  const bytes = decodeBase64Strict(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='))
  const json = bytes === undefined ? undefined : decodeUtf8Strict(bytes)
  if (json === undefined) return undefined
  const parsed = parseStrictJson(json, { maxDepth: MAX_DEPTH })
  return parsed.ok ? parsed.value : undefined
}
