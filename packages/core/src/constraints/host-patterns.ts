import { z } from 'zod'
import { readTargetHost } from './target-host.ts'
import { MAX_ENTRIES } from './values.ts'

/** A host, or every host below one. */
interface HostPattern {
  host: string
  below: boolean
}

const LABELS = /^[^\s/?#@:\\%*[\]]+$/
const IP_V6 = /^\[[0-9A-Fa-f:.]+\]$/

/** Reads `host` or `*.host` in any case or script; `undefined` for anything else, ports and paths included. */
export function parseHostPattern(pattern: string): HostPattern | undefined {
  const below = pattern.startsWith('*.')
  const name = below ? pattern.slice(2) : pattern
  if (!LABELS.test(name) && (below || !IP_V6.test(name))) return undefined
  const read = readTargetHost(`http://${name}/`)
  return read.kind === 'host' ? { host: read.host, below } : undefined
}

export const HostPatterns = z
  .array(
    z
      .string()
      .min(1)
      .max(255)
      .refine(
        (text) => parseHostPattern(text) !== undefined,
        'must be a host or `*.host`, without port or path',
      ),
  )
  .max(MAX_ENTRIES)

const parsedLists = new WeakMap<readonly string[], HostPattern[]>()

function parsed(patterns: readonly string[]): HostPattern[] {
  const known = parsedLists.get(patterns)
  if (known !== undefined) return known
  const list = patterns.flatMap((pattern) => parseHostPattern(pattern) ?? [])
  parsedLists.set(patterns, list)
  return list
}

/** Whether a host, as {@link readTargetHost} answers it, is named by one of the patterns. Whole labels compare. */
export function isHostListed(patterns: readonly string[], host: string): boolean {
  return parsed(patterns).some((pattern) =>
    pattern.below ? host.endsWith(`.${pattern.host}`) : host === pattern.host,
  )
}

/** Whether every host that `inner` names is named by `outer`. */
export function hostsCover(outer: readonly string[], inner: readonly string[]): boolean {
  return parsed(inner).every((one) => parsed(outer).some((other) => patternCovers(other, one)))
}

function patternCovers(outer: HostPattern, inner: HostPattern): boolean {
  if (!outer.below) return !inner.below && outer.host === inner.host
  return inner.host.endsWith(`.${outer.host}`) || (inner.below && inner.host === outer.host)
}
