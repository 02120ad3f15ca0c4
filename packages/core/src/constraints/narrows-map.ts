import type { ConstraintMaps } from './collect.ts'
import { findConstraintType } from './index.ts'
import { CUMULATIVE_WINDOW, DEFAULT_TIMEZONE, DEFAULT_WINDOW, WINDOW_TIMEZONE } from './qualifiers.ts'

/** A constraint that would be looser than the grant which it stands over. */
export interface LoosenedConstraint {
  /** `undefined` for a flat constraint. */
  permission: string | undefined
  key: string
}

type OneMap = ReadonlyMap<string, unknown>

const NONE: OneMap = new Map()

/**
 * Whether what is set over a grant only adds to it and tightens it. What a set map leaves out stays as granted.
 * @returns what would be looser; empty when the set map may be taken
 */
export function narrowsMap(grant: ConstraintMaps, set: ConstraintMaps): LoosenedConstraint[] {
  const loosened: LoosenedConstraint[] = []
  for (const [key, value] of set.flat) {
    if (!isWithin(grant.flat, key, value)) loosened.push({ permission: undefined, key })
  }
  for (const [permission, own] of set.byPermission) {
    const granted = grant.byPermission.get(permission) ?? NONE
    for (const [key, value] of own) {
      if (!isWithin(granted, key, value) || !isWithin(grant.flat, key, value))
        loosened.push({ permission, key })
    }
  }
  for (const changed of changedQualifiers(grant, set)) {
    const isKnown = loosened.some(
      ({ permission, key }) => permission === changed.permission && key === changed.key,
    )
    if (!isKnown) loosened.push(changed)
  }
  return loosened
}

function isWithin(granted: OneMap, key: string, value: unknown): boolean {
  if (!granted.has(key)) return true
  return findConstraintType(key)?.narrows(granted.get(key), value) === true
}

const QUALIFIED = [
  { key: CUMULATIVE_WINDOW, usual: DEFAULT_WINDOW, limits: ['core:cost:max_cumulative'] },
  {
    key: WINDOW_TIMEZONE,
    usual: DEFAULT_TIMEZONE,
    limits: ['core:cost:max_cumulative', 'core:cost:max_per_day', 'core:cost:max_per_month'],
  },
]

/**
 * A window or zone that is set counts for granted limits too, also from afar: a flat one for limits of single
 * permissions that have none of their own. None of them may come to count otherwise than granted.
 */
function changedQualifiers(grant: ConstraintMaps, set: ConstraintMaps): LoosenedConstraint[] {
  const scopes: [permission: string | undefined, granted: OneMap, own: OneMap][] = [
    [undefined, grant.flat, set.flat],
    ...[...grant.byPermission].map(([permission, granted]): [string, OneMap, OneMap] => [
      permission,
      granted,
      set.byPermission.get(permission) ?? NONE,
    ]),
  ]
  return scopes.flatMap(([permission, granted, own]) =>
    QUALIFIED.flatMap(({ key, usual, limits }) => {
      if (!limits.some((limit) => granted.has(limit))) return []
      const before = firstOf([granted, grant.flat], key) ?? usual
      const after = firstOf([own, granted, set.flat, grant.flat], key) ?? usual
      return before === after ? [] : [{ permission: own.has(key) ? permission : undefined, key }]
    }),
  )
}

function firstOf(maps: readonly OneMap[], key: string): unknown {
  return maps.find((map) => map.has(key))?.get(key)
}
