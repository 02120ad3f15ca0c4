import { refuse, type Scan, type ScanFailure } from './strict-json-scan.ts'
import { scanText } from './strict-json-value.ts'
import { isWellFormed } from './utf8.ts'

export type { StrictJsonCode } from './strict-json-scan.ts'

export type StrictJsonFailure = { ok: false } & ScanFailure

/** The value, or the first thing wrong with the text. */
export type StrictJsonResult = { ok: true; value: unknown } | StrictJsonFailure

/** Depth is bounded by this even if the caller asks for more, so that no text overflows the call stack. */
const HIGHEST_MAX_DEPTH = 1000

/**
 * Parses attacker-controlled JSON text as RFC 8259 says, and refuses what parsers disagree about or lose: duplicate
 * keys, keys that reach prototypes, integers beyond ±(2^53 − 1), lone surrogates, a byte order mark, and containers
 * nested deeper than `maxDepth` (0 allows scalars only). Bytes must have been decoded fatally: `decodeUtf8Strict`.
 */
export function parseStrictJson(text: string, options: { maxDepth: number }): StrictJsonResult {
  const scan: Scan = {
    text,
    at: 0,
    levelsLeft: Math.min(options.maxDepth, HIGHEST_MAX_DEPTH),
    failure: undefined,
  }
  if (!checkCharacters(scan) || !scanText(scan)) return { ok: false, ...(scan.failure ?? UNREADABLE) }
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch {
    // INVARIANT: the scan accepts a subset of what JSON.parse accepts. Were it ever wrong, the text is refused.
    return { ok: false, ...UNREADABLE }
  }
}

const UNREADABLE: ScanFailure = { code: 'malformed', message: 'not a JSON text', pointer: '' }

function checkCharacters(scan: Scan): boolean {
  const { text } = scan
  if (typeof text !== 'string') return refuse(scan, 0, 'malformed', 'not a text')
  if (text.charCodeAt(0) === 0xfeff) return refuse(scan, 0, 'malformed', 'byte order mark')
  if (isWellFormed(text)) return true
  return refuse(scan, text.search(/[\ud800-\udfff]/u), 'lone_surrogate', 'lone surrogate')
}
