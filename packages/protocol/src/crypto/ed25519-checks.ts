/** Byte length of a public key and of a seed. */
export const ED25519_KEY_BYTES = 32

/** Byte length of a signature. */
export const ED25519_SIGNATURE_BYTES = 64

/** `malformed`: not the right kind or number of bytes. `invalid`: such bytes as no honest signer makes. */
export type Ed25519Shape = 'ok' | 'malformed' | 'invalid'

/**
 * What can be said of a public key before any curve arithmetic. Attacker-controlled. Runtimes and libraries disagree
 * on small-order and non-canonical points, and a small-order key "verifies" signatures over every message.
 */
export function checkPublicKey(publicKey: Uint8Array): Ed25519Shape {
  if (!isBytes(publicKey, ED25519_KEY_BYTES)) return 'malformed'
  return isHonestPoint(publicKey) ? 'ok' : 'invalid'
}

/** What can be said of a signature before any curve arithmetic: R like a public key, and S below the group order. */
export function checkSignature(signature: Uint8Array): Ed25519Shape {
  if (!isBytes(signature, ED25519_SIGNATURE_BYTES)) return 'malformed'
  return isHonestPoint(signature) && isBelow(signature, 32, GROUP_ORDER) ? 'ok' : 'invalid'
}

function isBytes(value: unknown, length: number): boolean {
  return value instanceof Uint8Array && value.length === length
}

/** Reads the first 32 bytes: y below p, and y of none of the eight points whose order divides 8. */
function isHonestPoint(bytes: Uint8Array): boolean {
  return isBelow(bytes, 0, FIELD_PRIME, 0x7f) && !SMALL_ORDER_Y.some((y) => equals(bytes, y))
}

/** Little-endian bytes at `offset` < `bound`, which is also little-endian; `topMask` drops the sign bit of x. */
function isBelow(bytes: Uint8Array, offset: number, bound: Uint8Array, topMask = 0xff): boolean {
  for (let i = 31; i >= 0; i--) {
    const byte = (bytes[offset + i] ?? 0xff) & (i === 31 ? topMask : 0xff)
    const limit = bound[i] ?? 0
    if (byte !== limit) return byte < limit
  }
  return false
}

function equals(bytes: Uint8Array, y: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (bytes[i] !== y[i]) return false
  return ((bytes[31] ?? 0) & 0x7f) === y[31]
}

function littleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32)
  for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn)
  return bytes
}

const P = 2n ** 255n - 19n
const FIELD_PRIME = littleEndian(P)
const GROUP_ORDER = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n)

// One y serves both signs of x. Orders 1, 2 and 4 have y = 1, -1 and 0; the two of order 8 are negatives of each other.
const ORDER_8_Y = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n
const SMALL_ORDER_Y = [1n, P - 1n, 0n, ORDER_8_Y, P - ORDER_8_Y].map(littleEndian)
