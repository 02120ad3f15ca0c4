import { encodeHex } from '@modei/protocol/crypto/base64'

export function randomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length))
}

/** A random UUID (version 4) as 32 hex digits. `crypto.randomUUID` would need a secure context in browsers. */
export function randomUuidHex(): string {
  const bytes = randomBytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return encodeHex(bytes)
}
