const PERCENT = 0x25

/**
 * Decodes percent-escapes, and what they decode to, until none is left, in one pass.
 * @returns `undefined` when the bytes are no UTF-8 text
 */
export function decodeFully(text: string): string | undefined {
  if (!text.includes('%')) return text
  const bytes = new TextEncoder().encode(text)
  const decoded = new Uint8Array(bytes.length)
  let length = 0
  for (const byte of bytes) {
    decoded[length] = byte
    length += 1
    // An escape that has just become complete may itself complete an earlier one.
    for (
      let value = escapeAt(decoded, length - 3);
      value !== undefined;
      value = escapeAt(decoded, length - 3)
    ) {
      decoded[length - 3] = value
      length -= 2
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decoded.subarray(0, length))
  } catch {
    return undefined
  }
}

function escapeAt(bytes: Uint8Array, start: number): number | undefined {
  if (start < 0 || bytes[start] !== PERCENT) return undefined
  const high = hexDigit(bytes[start + 1])
  const low = hexDigit(bytes[start + 2])
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexDigit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}
