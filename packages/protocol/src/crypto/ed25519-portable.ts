import { getPublicKey, hashes, Point, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'

hashes.sha512 = sha512

const GROUP_ORDER = Point.CURVE().n

/** Signs with pure JavaScript. */
export function signPortable(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return sign(message, seed)
}

/** The public key of a seed, with pure JavaScript. */
export function publicKeyPortable(seed: Uint8Array): Uint8Array {
  return getPublicKey(seed)
}

/**
 * Cofactorless verification: accepts if and only if R is the encoding of [S]B − [k]A. The library's own `verify`
 * multiplies by the cofactor and so accepts more than the platforms do. Throws on a key that is no point.
 * INVARIANT: the caller has run `checkPublicKey` and `checkSignature`.
 */
export function verifyPortable(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32)
  const s = littleEndianNumber(signature.subarray(32))
  const k =
    littleEndianNumber(sha512.create().update(r).update(publicKey).update(message).digest()) % GROUP_ORDER
  const keyTimesK = Point.fromBytes(publicKey).multiplyUnsafe(k)
  const expected = Point.BASE.multiplyUnsafe(s).subtract(keyTimesK).toBytes()
  return expected.every((byte, i) => byte === r[i])
}

function littleEndianNumber(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
  return value
}
