import { patternMatches } from '@modei/protocol'

/** Whether every action that `inner` matches is matched by one of `outer`. Sound, not complete. */
export function patternsCover(outer: readonly string[], inner: readonly string[]): boolean {
  return inner.every((pattern) => outer.some((other) => patternMatches(other, pattern)))
}

/** Whether every entry of `inner` is one of `outer`. */
export function includesAll(outer: readonly string[], inner: readonly string[]): boolean {
  const known = new Set(outer)
  return inner.every((entry) => known.has(entry))
}

/** Whether a switch that may only be turned on stays on. */
export function staysOn(parent: boolean, child: boolean): boolean {
  return child || !parent
}

export function isLower(parent: number, child: number): boolean {
  return child <= parent
}

export function isHigher(parent: number, child: number): boolean {
  return child >= parent
}
