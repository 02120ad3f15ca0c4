import { z } from 'zod'
import { type CanonicalTarget, canonicalTarget } from './canonical-target.ts'
import { globMatches } from './glob.ts'
import { decodeFully } from './percent-decoding.ts'
import { MAX_ENTRIES, MAX_TEXT } from './values.ts'

/** A glob in the parts that match apart, so that a `*` for a host never reaches into the path. */
interface TargetGlob {
  /** `scheme://host`, or empty when the glob speaks of the whole target. */
  authority: string
  path: string
}

const URL_GLOB = /^([A-Za-z*][A-Za-z0-9+.*-]*:\/\/[^/?#]*)(.*)$/su
const DOT_SEGMENT = /(?:^|\/)\.\.?(?:\/|$)/

function parseTargetGlob(glob: string): TargetGlob | undefined {
  const text = decodeFully(glob)
  if (text === undefined || /[\p{Cc}\\]/u.test(text)) return undefined
  const parts = URL_GLOB.exec(text)
  const path = parts === null ? text : (parts[2] ?? '')
  if (DOT_SEGMENT.test(path) || (parts?.[1] ?? '').includes('@')) return undefined
  if (parts === null) return { authority: '', path }
  return { authority: (parts[1] ?? '').toLowerCase(), path: path === '' ? '/' : path }
}

export const TargetGlobs = z
  .array(
    z
      .string()
      .min(1)
      .max(MAX_TEXT)
      .refine(
        (text) => parseTargetGlob(text) !== undefined,
        'must be a path or URL, `*` for any run of characters, without dot segments, user or backslash',
      ),
  )
  .max(MAX_ENTRIES)

const parsedLists = new WeakMap<readonly string[], TargetGlob[]>()

function parsed(globs: readonly string[]): TargetGlob[] {
  const known = parsedLists.get(globs)
  if (known !== undefined) return known
  const list = globs.flatMap((glob) => parseTargetGlob(glob) ?? [])
  parsedLists.set(globs, list)
  return list
}

/** Whether one of the globs matches the whole target: what an allowlist asks. */
export function isTargetListed(globs: readonly string[], target: CanonicalTarget): boolean {
  return !target.climbs && parsed(globs).some((glob) => matchesWhole(glob, target))
}

function matchesWhole(glob: TargetGlob, target: CanonicalTarget): boolean {
  const path = `${target.path}${target.rest}`
  if (glob.authority === '') return globMatches(glob.path, `${target.authority}${path}`)
  return globMatches(glob.authority, target.authority) && globMatches(glob.path, path)
}

/**
 * Whether one of the globs matches the target or a part of it that a program may act on, as written or resolved:
 * what a blocklist asks.
 */
export function isTargetTouched(globs: readonly string[], target: CanonicalTarget, written: string): boolean {
  const bare = { ...target, rest: '' }
  return parsed(globs).some(
    (glob) =>
      matchesWhole(glob, target) ||
      matchesWhole(glob, bare) ||
      (glob.authority === '' && (globMatches(glob.path, target.path) || globMatches(glob.path, written))),
  )
}

/** Whether all that `inner` matches is matched by `outer`: entry by entry, and plain entries by any glob. */
export function globsCover(outer: readonly string[], inner: readonly string[]): boolean {
  return inner.every((glob) => outer.includes(glob) || (!glob.includes('*') && coversPlain(outer, glob)))
}

function coversPlain(outer: readonly string[], plain: string): boolean {
  const target = canonicalTarget(plain)
  return target !== undefined && isTargetListed(outer, target)
}
