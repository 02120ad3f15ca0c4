import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createRequire } from 'node:module'

/** Signs bytes with Ed25519 (RFC 8032): 64 bytes. */
export type Sign = (bytes: Uint8Array) => Buffer

/** The one function that is used of libsodium. It writes the signature into its first argument. */
interface Sodium {
  crypto_sign_detached(signature: Buffer, bytes: Uint8Array, secretKey: Buffer): void
}

const SIGNATURE_BYTES = 64

/**
 * Makes signers of keys: by libsodium where `sodium-native` is installed, which takes two thirds of the time that
 * OpenSSL takes for the same bytes, else by `node:crypto`.
 */
export function fastEd25519(load: () => unknown = loadSodium): (key: KeyObject) => Sign {
  const sodium = checked(load)
  return sodium === undefined ? signWithNode : (key) => signWithSodium(sodium, key)
}

function loadSodium(): unknown {
  return createRequire(import.meta.url)('sodium-native')
}

function signWithNode(key: KeyObject): Sign {
  return (bytes) => sign(null, bytes, key)
}

function signWithSodium(sodium: Sodium, key: KeyObject): Sign {
  const secretKey = sodiumKey(key)
  return (bytes) => {
    const signature = Buffer.alloc(SIGNATURE_BYTES)
    sodium.crypto_sign_detached(signature, bytes, secretKey)
    return signature
  }
}

/** libsodium's form of a private key: seed and public key, 32 bytes each. */
function sodiumKey(key: KeyObject): Buffer {
  const { d, x } = key.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from(String(d), 'base64url'), Buffer.from(String(x), 'base64url')])
}

/** HAZARD: a binary made for another C library may load, and fail or err later. Nothing is signed by one that errs here. */
function checked(load: () => unknown): Sodium | undefined {
  try {
    const sodium = load()
    if (!isSodium(sodium)) return undefined
    const { privateKey } = generateKeyPairSync('ed25519')
    const bytes = Buffer.from('what both of them sign')
    const same = signWithSodium(sodium, privateKey)(bytes).equals(signWithNode(privateKey)(bytes))
    return same ? sodium : undefined
  } catch {
    return undefined
  }
}

function isSodium(value: unknown): value is Sodium {
  return (
    typeof value === 'object' &&
    value !== null &&
    'crypto_sign_detached' in value &&
    typeof value.crypto_sign_detached === 'function'
  )
}
