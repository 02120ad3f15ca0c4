import {
  decodeBase64Portable,
  decodeHexPortable,
  encodeBase64Portable,
  encodeHexPortable,
} from './base64-portable.ts'

type BytesToText = (bytes: Uint8Array) => string
type TextToBytes = (text: string) => Uint8Array

const hasBuffer = typeof globalThis.Buffer?.from === 'function'

/** Standard base64 with padding. */
export const encodeBase64: BytesToText = hasBuffer
  ? (bytes) => view(bytes).toString('base64')
  : encodeBase64Portable

/** URL-safe base64 without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Bytes of standard, padded base64, or undefined. Decoders skip junk and ignore unused bits, so many texts give one
 * value; encoding the result again and comparing leaves exactly one text per value.
 */
export function decodeBase64Strict(text: string): Uint8Array | undefined {
  return decodeStrict(text, decodeBase64Loose, encodeBase64)
}

/** Lower-case hex. */
export const encodeHex: BytesToText = hasBuffer ? (bytes) => view(bytes).toString('hex') : encodeHexPortable

/** Bytes of lower-case hex, or undefined; upper case is refused, so that a value has one spelling. */
export function decodeHex(text: string): Uint8Array | undefined {
  return decodeStrict(text, decodeHexLoose, encodeHex)
}

// The copy keeps the pool that small Buffers share from showing through `.buffer`.
const decodeBase64Loose: TextToBytes = hasBuffer
  ? (text) => new Uint8Array(Buffer.from(text, 'base64'))
  : decodeBase64Portable

const decodeHexLoose: TextToBytes = hasBuffer
  ? (text) => new Uint8Array(Buffer.from(text, 'hex'))
  : decodeHexPortable

function decodeStrict(text: string, decode: TextToBytes, encode: BytesToText): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = decode(text)
  return encode(bytes) === text ? bytes : undefined
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
