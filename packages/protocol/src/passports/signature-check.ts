import { decodeBase64Strict } from '../crypto/base64.ts'
import { importPublicKey, type VerifyKey, verifyWith } from '../crypto/ed25519.ts'
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES } from '../crypto/ed25519-checks.ts'

export type SignatureFault = 'signature_malformed' | 'public_key_malformed' | 'signature_invalid'

/**
 * Checks one base64 signature under one base64 key. `message` is asked for only when both are well formed.
 * @returns the fault, or undefined for a good signature. Never throws unless `message` does.
 */
export function findSignatureFault(
  signatureB64: unknown,
  publicKeyB64: string,
  message: () => Uint8Array,
): SignatureFault | undefined {
  const signature = decodeFixed(signatureB64, ED25519_SIGNATURE_BYTES)
  if (signature === undefined) return 'signature_malformed'
  const key = findVerifyKey(publicKeyB64)
  if (key === 'malformed') return 'public_key_malformed'
  return key !== 'hostile' && verifyWith(key, message(), signature) ? undefined : 'signature_invalid'
}

/** Whether a text is the one standard base64 spelling of 32 bytes. */
export function isPublicKeyText(text: string): boolean {
  return decodeFixed(text, ED25519_KEY_BYTES) !== undefined
}

// Importing a key costs about as much as a verification with it, and the same few keys sign most passports.
const MAX_CACHED_KEYS = 1024
const cache = new Map<string, VerifyKey>()

function findVerifyKey(publicKeyB64: string): VerifyKey | 'malformed' | 'hostile' {
  const cached = cache.get(publicKeyB64)
  if (cached !== undefined) return cached
  const bytes = decodeFixed(publicKeyB64, ED25519_KEY_BYTES)
  if (bytes === undefined) return 'malformed'
  const key = importPublicKey(bytes)
  if (key === undefined) return 'hostile'
  if (cache.size >= MAX_CACHED_KEYS) cache.clear()
  cache.set(publicKeyB64, key)
  return key
}

function decodeFixed(text: unknown, length: number): Uint8Array | undefined {
  // The length of the text is looked at first, so that a long one is not decoded at all.
  if (typeof text !== 'string' || text.length !== Math.ceil(length / 3) * 4) return undefined
  const bytes = decodeBase64Strict(text)
  return bytes?.length === length ? bytes : undefined
}
