import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { encodeHex } from './base64.ts'
import { nodeCrypto } from './node-crypto.ts'
import { utf8Bytes } from './utf8.ts'

/** SHA-256 digest of `bytes`. */
export function sha256(bytes: Uint8Array): Uint8Array {
  if (nodeCrypto === undefined) return nobleSha256(bytes)
  return new Uint8Array(nodeCrypto.createHash('sha256').update(bytes).digest())
}

/** SHA-256 digest in lower-case hex; a string stands for its UTF-8 bytes. */
export function sha256Hex(data: Uint8Array | string): string {
  // The one-shot call is about twice as fast as createHash, but not every runtime with node:crypto has it.
  if (typeof nodeCrypto?.hash === 'function') return nodeCrypto.hash('sha256', data, 'hex')
  if (nodeCrypto !== undefined) return nodeCrypto.createHash('sha256').update(data).digest('hex')
  return encodeHex(nobleSha256(typeof data === 'string' ? utf8Bytes(data) : data))
}
