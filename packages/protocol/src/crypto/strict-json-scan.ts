/** Why a text is refused. */
export type StrictJsonCode =
  | 'malformed'
  | 'too_deep'
  | 'duplicate_key'
  | 'forbidden_key'
  | 'unsafe_integer'
  | 'lone_surrogate'

/** The first thing wrong with a text; `pointer` (RFC 6901) leads to it as far as the text could be read. */
export type ScanFailure = { code: StrictJsonCode; message: string; pointer: string }

/** A text, the position of the next character to read, and what was wrong if a scan returned false. */
export type Scan = { readonly text: string; at: number; levelsLeft: number; failure: ScanFailure | undefined }

/** Notes a failure at `at`. Always false, so that a scan can return it. */
export function refuse(scan: Scan, at: number, code: StrictJsonCode, what: string): false {
  scan.failure = { code, message: `${what} at position ${at}`, pointer: '' }
  return false
}

/** Notes that the character at `at` has no place there. */
export function unexpected(scan: Scan, at: number): false {
  const point = scan.text.codePointAt(at)
  if (point === undefined) return refuse(scan, at, 'malformed', 'unexpected end')
  return refuse(scan, at, 'malformed', `unexpected character ${JSON.stringify(String.fromCodePoint(point))}`)
}

/** Notes that the failure lies below `token`. Run while unwinding, so that accepted texts pay nothing for pointers. */
export function within(scan: Scan, token: string): false {
  if (scan.failure !== undefined) {
    scan.failure.pointer = `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}${scan.failure.pointer}`
  }
  return false
}
