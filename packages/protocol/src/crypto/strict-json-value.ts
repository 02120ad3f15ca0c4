import { scanNumber } from './strict-json-number.ts'
import { refuse, type Scan, unexpected, within } from './strict-json-scan.ts'
import { scanString } from './strict-json-string.ts'

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const END = -1

/** Reads one value and the white space around it to the end of the text; true if and only if it is acceptable. */
export function scanText(scan: Scan): boolean {
  return scanValue(scan) && (peek(scan) === END || unexpected(scan, scan.at))
}

/** Skips white space; the code of the next character, or END. */
function peek(scan: Scan): number {
  const { text } = scan
  for (; scan.at < text.length; scan.at++) {
    const code = text.charCodeAt(scan.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
  }
  return END
}

function scanValue(scan: Scan): boolean {
  switch (peek(scan)) {
    case 0x22:
      return scanString(scan)
    case 0x7b:
      return scanContainer(scan, scanMembers)
    case 0x5b:
      return scanContainer(scan, scanItems)
    case 0x74:
      return scanWord(scan, 'true')
    case 0x66:
      return scanWord(scan, 'false')
    case 0x6e:
      return scanWord(scan, 'null')
    default:
      return scanNumber(scan)
  }
}

function scanWord(scan: Scan, word: string): boolean {
  if (!scan.text.startsWith(word, scan.at)) return unexpected(scan, scan.at)
  scan.at += word.length
  return true
}

function scanContainer(scan: Scan, scanContent: (scan: Scan) => boolean): boolean {
  // Not `=== 0`: a depth that is no number must refuse too.
  if (!(scan.levelsLeft > 0)) return refuse(scan, scan.at, 'too_deep', 'nested too deeply')
  scan.levelsLeft--
  scan.at++
  if (!scanContent(scan)) return false
  scan.at++
  scan.levelsLeft++
  return true
}

/** Stops at the closing bracket. */
function scanItems(scan: Scan): boolean {
  if (peek(scan) === 0x5d) return true
  for (let index = 0; ; index++) {
    if (!scanValue(scan)) return within(scan, String(index))
    const code = peek(scan)
    if (code === 0x5d) return true
    if (code !== 0x2c) return unexpected(scan, scan.at)
    scan.at++
  }
}

/** Stops at the closing brace. */
function scanMembers(scan: Scan): boolean {
  if (peek(scan) === 0x7d) return true
  const keys = new Set<string>()
  for (;;) {
    if (peek(scan) !== 0x22) return unexpected(scan, scan.at)
    const start = scan.at
    if (!scanString(scan)) return false
    const key = keyBetween(scan.text, start, scan.at)
    if (FORBIDDEN_KEYS.has(key)) return refuseKey(scan, start, 'forbidden_key', key)
    if (keys.size === keys.add(key).size) return refuseKey(scan, start, 'duplicate_key', key)
    if (peek(scan) !== 0x3a) return unexpected(scan, scan.at)
    scan.at++
    if (!scanValue(scan)) return within(scan, key)
    const code = peek(scan)
    if (code === 0x7d) return true
    if (code !== 0x2c) return unexpected(scan, scan.at)
    scan.at++
  }
}

/** The key as parsers read it: `"\u0061"` is `a`, and a duplicate of `"a"`. */
function keyBetween(text: string, start: number, end: number): string {
  const key = text.slice(start + 1, end - 1)
  return key.includes('\\') ? String(JSON.parse(text.slice(start, end))) : key
}

function refuseKey(scan: Scan, at: number, code: 'forbidden_key' | 'duplicate_key', key: string): false {
  const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key
  refuse(scan, at, code, `${code === 'forbidden_key' ? 'forbidden' : 'duplicate'} key \`${shown}\``)
  return within(scan, key)
}
