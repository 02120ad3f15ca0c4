import { refuse, type Scan, unexpected } from './strict-json-scan.ts'

/** Reads a string, its opening quote being next. The text as a whole is well-formed: only escapes can be alone. */
export function scanString(scan: Scan): boolean {
  const { text } = scan
  let at = scan.at + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === 0x22) break
    if (code === 0x5c) {
      const end = endOfEscape(scan, at)
      if (end === undefined) return false
      at = end
    } else if (code >= 0x20) {
      at++
    } else {
      // A control character, or NaN at the end of the text.
      return unexpected(scan, at)
    }
  }
  scan.at = at + 1
  return true
}

/** The position after the escape at `start`, or undefined when it is refused. */
function endOfEscape(scan: Scan, start: number): number | undefined {
  const kind = scan.text.charAt(start + 1)
  if (kind !== 'u') {
    if (kind !== '' && '"\\/bfnrt'.includes(kind)) return start + 2
    unexpected(scan, start + 1)
    return undefined
  }
  const unit = codeUnit(scan, start)
  if (unit === undefined) return undefined
  if (unit < 0xd800 || unit > 0xdfff) return start + 6
  if (unit <= 0xdbff && scan.text.startsWith('\\u', start + 6)) {
    const low = codeUnit(scan, start + 6)
    if (low === undefined) return undefined
    if (low >= 0xdc00 && low <= 0xdfff) return start + 12
  }
  refuse(scan, start, 'lone_surrogate', 'lone surrogate')
  return undefined
}

/** The code unit that `\uXXXX` at `start` stands for, or undefined when a digit is missing. */
function codeUnit(scan: Scan, start: number): number | undefined {
  const digits = /^[0-9a-fA-F]*/.exec(scan.text.slice(start + 2, start + 6))?.[0] ?? ''
  if (digits.length === 4) return Number.parseInt(digits, 16)
  unexpected(scan, start + 2 + digits.length)
  return undefined
}
