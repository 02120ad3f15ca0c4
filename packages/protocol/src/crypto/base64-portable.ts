const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const HEX = '0123456789abcdef'

/** Standard base64 with padding, on runtimes without Buffer. */
export function encodeBase64Portable(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += BASE64.charAt(group >> 18) + BASE64.charAt((group >> 12) & 63)
    text += i + 1 < bytes.length ? BASE64.charAt((group >> 6) & 63) : '='
    text += i + 2 < bytes.length ? BASE64.charAt(group & 63) : '='
  }
  return text
}

/** Bytes of base64; tolerant of junk and stray bits, so the caller compares the re-encoded bytes with the text. */
export function decodeBase64Portable(text: string): Uint8Array {
  return unpack(text, BASE64, 6)
}

/** Lower-case hex, on runtimes without Buffer. */
export function encodeHexPortable(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15)
  return text
}

/** Bytes of hex; as tolerant as its base64 neighbour. */
export function decodeHexPortable(text: string): Uint8Array {
  return unpack(text, HEX, 4)
}

function unpack(text: string, alphabet: string, bitsPerDigit: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * bitsPerDigit) / 8))
  let length = 0
  let bits = 0
  let bitCount = 0
  for (const char of text) {
    const digit = alphabet.indexOf(char)
    if (digit === -1) continue
    bits = ((bits << bitsPerDigit) | digit) & 0xffff
    bitCount += bitsPerDigit
    if (bitCount < 8) continue
    bitCount -= 8
    bytes[length++] = (bits >> bitCount) & 255
  }
  return bytes.slice(0, length)
}
