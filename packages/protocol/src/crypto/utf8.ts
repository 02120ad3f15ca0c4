const encoder = new TextEncoder()
let decoder: InstanceType<typeof TextDecoder> | undefined

/**
 * UTF-8 bytes of `text`. Hazard: a lone surrogate becomes U+FFFD, so two texts can share their bytes; ask
 * `isWellFormed` first wherever the bytes are signed or hashed.
 */
export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The text of `bytes`, or undefined when they are not UTF-8; nothing is replaced and a byte order mark is kept. */
export function decodeUtf8Strict(bytes: Uint8Array): string | undefined {
  // Made on first use: some runtimes that never decode have no TextDecoder.
  decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** True if and only if `text` holds no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return typeof text.isWellFormed === 'function' ? text.isWellFormed() : !LONE_SURROGATE.test(text)
}

// With the u flag a surrogate class matches only one that is not part of a pair.
const LONE_SURROGATE = /[\ud800-\udfff]/u
