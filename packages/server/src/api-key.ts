import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { sha256Hex } from '@modei/protocol'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SECRET_LENGTH = 43
const CHECK_LENGTH = 6
const GENERATED = new RegExp(`^mod_(?:live|test)_[0-9A-Za-z]{${SECRET_LENGTH + CHECK_LENGTH}}$`)

function base62(value: bigint, length: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < length; i += 1) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text
}

/** Makes a key: prefix, 32 random bytes in base 62, and a CRC-32 by which scanners and typos are told apart. */
export function generateApiKey(mode: 'live' | 'test'): string {
  const secret = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH)
  const body = `mod_${mode}_${secret}`
  return body + base62(BigInt(crc32(body)), CHECK_LENGTH)
}

/** Whether a key has the shape of a generated one but not its check digits: a typo, known without a look-up. */
export function isMistypedApiKey(key: string): boolean {
  if (!GENERATED.test(key)) return false
  const body = key.slice(0, -CHECK_LENGTH)
  return base62(BigInt(crc32(body)), CHECK_LENGTH) !== key.slice(-CHECK_LENGTH)
}

export function hashApiKey(key: string): string {
  return sha256Hex(key)
}

/** What is shown of a key after it was made: enough to tell keys apart, far too little to guess one. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, 14)
}
