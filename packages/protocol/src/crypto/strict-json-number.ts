import { refuse, type Scan, unexpected } from './strict-json-scan.ts'

/**
 * Reads a number. Integers beyond ±(2^53 − 1) are refused however they are spelt: two texts would give one value and
 * share one signature. Doubles of that size are all integers, so comparing the value is enough.
 */
export function scanNumber(scan: Scan): boolean {
  const { text, at: start } = scan
  const firstDigit = text.charCodeAt(start) === 0x2d ? start + 1 : start
  const integerEnd = skipDigits(text, firstDigit)
  if (integerEnd === firstDigit) return unexpected(scan, firstDigit)
  if (integerEnd > firstDigit + 1 && text.charCodeAt(firstDigit) === 0x30)
    return unexpected(scan, firstDigit + 1)
  let end = integerEnd
  if (text.charCodeAt(end) === 0x2e) {
    end = skipDigits(text, integerEnd + 1)
    if (end === integerEnd + 1) return unexpected(scan, end)
  }
  if ((text.charCodeAt(end) | 0x20) === 0x65) {
    const sign = text.charCodeAt(end + 1)
    const exponent = sign === 0x2b || sign === 0x2d ? end + 2 : end + 1
    end = skipDigits(text, exponent)
    if (end === exponent) return unexpected(scan, end)
  }
  // Fifteen digits are always below 2^53, which spares most numbers the conversion.
  const plain = end === integerEnd && end - firstDigit <= 15
  if (!plain && !(Math.abs(Number(text.slice(start, end))) <= Number.MAX_SAFE_INTEGER)) {
    return refuse(scan, start, 'unsafe_integer', 'number beyond ±(2^53 - 1)')
  }
  scan.at = end
  return true
}

function skipDigits(text: string, start: number): number {
  let at = start
  while (isDigit(text.charCodeAt(at))) at++
  return at
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
