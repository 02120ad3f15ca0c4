import { decodeFully } from './percent-decoding.ts'
import { readTargetHost } from './target-host.ts'

/** A target with all escapes and dot segments resolved, in the parts that globs match apart. */
export interface CanonicalTarget {
  /** `scheme://host:port`, or empty. */
  authority: string
  path: string
  /** `?query` and `#fragment`, or empty. */
  rest: string
  /** Whether a relative path leaves the place where it starts. */
  climbs: boolean
}

const URL_PARTS = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/su
const CONTROL = /\p{Cc}/u

/** Resolves a target as whoever acts on it may; `undefined` when it can be read in more than one way. */
export function canonicalTarget(target: string): CanonicalTarget | undefined {
  // Two leading slashes are a host to one program and a path to another.
  if (CONTROL.test(target) || /^[/\\]{2}/.test(target)) return undefined
  const parts = URL_PARTS.exec(target)
  const authority = parts === null ? '' : canonicalAuthority(target, parts[1] ?? '')
  const tail = parts === null ? target : (parts[3] ?? '')
  // Query and fragment begin at marks of the text itself; an escaped mark belongs to the path.
  const mark = tail.search(/[?#]/)
  const path = decodeFully(mark < 0 ? tail : tail.slice(0, mark))
  const rest = mark < 0 ? '' : decodeFully(tail.slice(mark))
  if (authority === undefined || path === undefined || rest === undefined) return undefined
  if (CONTROL.test(path) || CONTROL.test(rest)) return undefined
  return { authority, rest, ...resolveDots(authority === '' || path !== '' ? path : '/') }
}

function canonicalAuthority(target: string, scheme: string): string | undefined {
  const read = readTargetHost(target)
  if (read.kind === 'unreadable') return undefined
  const lower = `${scheme.toLowerCase()}://`
  if (read.kind === 'none') return lower
  const { port } = new URL(target)
  return `${lower}${read.host}${port === '' ? '' : `:${port}`}`
}

function resolveDots(path: string): { path: string; climbs: boolean } {
  const segments = path.replaceAll('\\', '/').split('/')
  const absolute = segments.length > 1 && segments[0] === ''
  const resolved: string[] = []
  let climbs = false
  for (const segment of segments) {
    // Some servers take `..;x` for `..`.
    const name = segment.split(';', 1)[0] ?? ''
    if (name === '..') {
      if (resolved.pop() === undefined && !absolute) climbs = true
    } else if (name !== '.' && segment !== '') {
      resolved.push(segment)
    }
  }
  const last = segments.at(-1)?.split(';', 1)[0] ?? ''
  const open = resolved.length > 0 && (last === '' || last === '.' || last === '..')
  return { path: `${absolute ? '/' : ''}${resolved.join('/')}${open ? '/' : ''}`, climbs }
}
