import { checkPublicKey, checkSignature, ED25519_KEY_BYTES } from './ed25519-checks.ts'
import { publicKeyPortable, signPortable, verifyPortable } from './ed25519-portable.ts'
import { type KeyHandle, nodeCrypto } from './node-crypto.ts'

export { checkPublicKey, checkSignature, type Ed25519Shape } from './ed25519-checks.ts'

/** A public key that has passed the hostile-key checks. Importing costs a third of a verification: keep it. */
export type VerifyKey = { readonly publicKey: Uint8Array; readonly handle: KeyHandle | undefined }

/** A seed made ready. Importing costs more than a signature: keep it. */
export type SigningKey = { readonly seed: Uint8Array; readonly handle: KeyHandle | undefined }

/** True if and only if `signature` is `publicKey`'s over `message`: one verdict on every runtime, never throws. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (checkSignature(signature) !== 'ok') return false
  const key = importPublicKey(publicKey)
  return key !== undefined && verifyWith(key, message, signature)
}

/** Prepares a public key; undefined when no signature may be accepted under it. Never throws. */
export function importPublicKey(publicKey: Uint8Array): VerifyKey | undefined {
  if (checkPublicKey(publicKey) !== 'ok') return undefined
  try {
    const handle = nodeCrypto?.createPublicKey({
      key: der(SPKI_PREFIX, publicKey),
      format: 'der',
      type: 'spki',
    })
    return { publicKey: publicKey.slice(), handle }
  } catch {
    return undefined
  }
}

/** `verifyEd25519` with a prepared key. Never throws. */
export function verifyWith(key: VerifyKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (!(message instanceof Uint8Array) || checkSignature(signature) !== 'ok') return false
  try {
    return nodeCrypto !== undefined && key.handle !== undefined
      ? nodeCrypto.verify(null, message, key.handle, signature)
      : verifyPortable(key.publicKey, message, signature)
  } catch {
    return false
  }
}

/** `verifyWith` on the thread pool where the runtime has one, so that the event loop stays free. Never rejects. */
export function verifyWithAsync(
  key: VerifyKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!(message instanceof Uint8Array) || checkSignature(signature) !== 'ok') return Promise.resolve(false)
  const { handle } = key
  if (nodeCrypto === undefined || handle === undefined)
    return Promise.resolve(verifyWith(key, message, signature))
  const { verify } = nodeCrypto
  return new Promise<boolean>((resolve) => {
    verify(null, message, handle, signature, (error, valid) => resolve(error === null && valid === true))
  }).catch(() => false)
}

/** The public key of a 32-byte seed. Throws on any other length. */
export function publicKeyFromSeed(seed: Uint8Array): Uint8Array {
  const { handle } = importSigningKey(seed)
  if (nodeCrypto === undefined || handle === undefined) return publicKeyPortable(seed)
  const spki = nodeCrypto.createPublicKey(handle).export({ format: 'der', type: 'spki' })
  return new Uint8Array(spki.subarray(SPKI_PREFIX.length))
}

/** The RFC 8032 signature of `message`. Throws when the seed is not 32 bytes. */
export function signEd25519(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return signWith(importSigningKey(seed), message)
}

/** Prepares a 32-byte seed. Throws on any other length. */
export function importSigningKey(seed: Uint8Array): SigningKey {
  if (!(seed instanceof Uint8Array) || seed.length !== ED25519_KEY_BYTES) {
    throw new TypeError('an Ed25519 seed is 32 bytes')
  }
  const handle = nodeCrypto?.createPrivateKey({ key: der(PKCS8_PREFIX, seed), format: 'der', type: 'pkcs8' })
  return { seed: seed.slice(), handle }
}

/** `signEd25519` with a prepared key. */
export function signWith(key: SigningKey, message: Uint8Array): Uint8Array {
  if (nodeCrypto === undefined || key.handle === undefined) return signPortable(message, key.seed)
  return new Uint8Array(nodeCrypto.sign(null, message, key.handle))
}

/** `signWith` on the thread pool where the runtime has one. */
export function signWithAsync(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  const { handle } = key
  if (nodeCrypto === undefined || handle === undefined)
    return Promise.resolve(signPortable(message, key.seed))
  const { sign } = nodeCrypto
  return new Promise((resolve, reject) => {
    sign(null, message, handle, (error, signature) =>
      error === null ? resolve(new Uint8Array(signature)) : reject(error),
    )
  })
}

// The fixed DER headers of RFC 8410 ("Algorithm Identifiers for Ed25519 …"); the 32 raw bytes follow.
const SPKI_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
const PKCS8_PREFIX = [
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
]

function der(prefix: readonly number[], raw: Uint8Array): Buffer {
  return Buffer.from([...prefix, ...raw])
}
