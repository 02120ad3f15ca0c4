import { decodeHex, encodeHex } from '../../src/crypto/base64.ts'
import { publicKeyFromSeed, signEd25519, verifyEd25519 } from '../../src/crypto/ed25519.ts'
import { checkPublicKey, checkSignature } from '../../src/crypto/ed25519-checks.ts'
import { publicKeyPortable, signPortable, verifyPortable } from '../../src/crypto/ed25519-portable.ts'

/** A file of vectors/ed25519; byte strings are hex. */
export type Ed25519Vectors = { cases: Ed25519Case[] }
export type Ed25519Case = {
  name: string
  /** Given where the signature itself is determined. */
  seed?: string
  public_key: string
  message: string
  signature: string
  valid: boolean
}

/**
 * Runs vectors through the runtime's implementation and the portable one. Free of test frameworks and `node:*`, and
 * given its vectors, so that it runs unchanged on any JavaScript runtime and in a page.
 */
export function runEd25519Suite(files: Record<string, Ed25519Vectors>): { passed: number; failed: string[] } {
  const failed: string[] = []
  let passed = 0
  for (const [file, { cases }] of Object.entries(files)) {
    for (const vector of cases) {
      for (const [what, holds] of Object.entries(check(vector))) {
        if (holds) passed++
        else failed.push(`${file}: ${vector.name}: ${what}`)
      }
    }
  }
  return { passed, failed }
}

function check(vector: Ed25519Case): Record<string, boolean> {
  const publicKey = bytes(vector.public_key)
  const message = bytes(vector.message)
  const signature = bytes(vector.signature)
  const verdicts = {
    'verdict of the runtime': verifyEd25519(publicKey, message, signature) === vector.valid,
    'portable verdict': verifyWithoutPlatform(publicKey, message, signature) === vector.valid,
  }
  if (vector.seed === undefined) return verdicts
  const seed = bytes(vector.seed)
  return {
    ...verdicts,
    'public key by the runtime': encodeHex(publicKeyFromSeed(seed)) === vector.public_key,
    'portable public key': encodeHex(publicKeyPortable(seed)) === vector.public_key,
    'signature by the runtime': encodeHex(signEd25519(message, seed)) === vector.signature,
    'portable signature': encodeHex(signPortable(message, seed)) === vector.signature,
  }
}

/** What `verifyEd25519` answers on a runtime that has no `node:crypto`. */
function verifyWithoutPlatform(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (checkPublicKey(publicKey) !== 'ok' || checkSignature(signature) !== 'ok') return false
  try {
    return verifyPortable(publicKey, message, signature)
  } catch {
    return false
  }
}

function bytes(hex: string): Uint8Array {
  const decoded = decodeHex(hex)
  if (decoded === undefined) throw new Error(`a vector holds what is no hex: ${hex}`)
  return decoded
}
