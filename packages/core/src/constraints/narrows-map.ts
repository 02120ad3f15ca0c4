import type { ConstraintMaps } from './collect.ts'
import { findConstraintType } from './index.ts'
import { CUMULATIVE_WINDOW, DEFAULT_TIMEZONE, DEFAULT_WINDOW, WINDOW_TIMEZONE } from './qualifiers.ts'

/** A constraint that would be looser than the grant which it stands under. */
export interface LoosenedConstraint {
  /** `undefined` for a flat constraint. */
  permission: string | undefined
  key: string
}

/**
 * Whether what is set beside a grant only adds to it and tightens it. What a set map leaves out stays as granted.
 * @returns what would be looser; empty when the set map may be taken
 */
export function narrowsMap(grant: ConstraintMaps, set: ConstraintMaps): LoosenedConstraint[] {
  const loosened: LoosenedConstraint[] = []
  const grantedFlat = withDefaults(grant.flat)
  for (const [key, value] of set.flat) {
    if (!isWithin(grantedFlat, key, value)) loosened.push({ permission: undefined, key })
  }
  for (const [permission, own] of set.byPermission) {
    const granted = withDefaults(grant.byPermission.get(permission) ?? new Map())
    for (const [key, value] of own) {
      if (!isWithin(granted, key, value) || !isWithin(grantedFlat, key, value))
        loosened.push({ permission, key })
    }
  }
  return loosened
}

function isWithin(granted: ReadonlyMap<string, unknown>, key: string, value: unknown): boolean {
  if (!granted.has(key)) return true
  return findConstraintType(key)?.narrows(granted.get(key), value) === true
}

/** A limit that says nothing of window or zone has the usual ones, and a set map may not shorten them. */
function withDefaults(granted: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const full = new Map(granted)
  const cumulative = granted.has('core:cost:max_cumulative')
  const spend = cumulative || granted.has('core:cost:max_per_day') || granted.has('core:cost:max_per_month')
  if (cumulative && !granted.has(CUMULATIVE_WINDOW)) full.set(CUMULATIVE_WINDOW, DEFAULT_WINDOW)
  if (spend && !granted.has(WINDOW_TIMEZONE)) full.set(WINDOW_TIMEZONE, DEFAULT_TIMEZONE)
  return full
}
