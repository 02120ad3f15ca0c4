import type { ConstraintMaps } from '@modei/core'
import { findShortConstraint, type PassportPermission } from '@modei/protocol'

/** What an envelope grants of which nothing else is known: by permission, short names spelt out. */
export function signedGrant(permissions: readonly PassportPermission[]): ConstraintMaps {
  const byPermission = new Map<string, ReadonlyMap<string, unknown>>()
  for (const { permission_key, constraints } of permissions) {
    const entries = Object.entries(constraints).flatMap(([key, value]): [string, unknown][] => {
      const short = findShortConstraint(key)
      return short === undefined
        ? [[key, value]]
        : [[short.core_key, value], ...Object.entries(short.implies ?? {})]
    })
    if (entries.length > 0) byPermission.set(permission_key, new Map(entries))
  }
  return { flat: new Map(), byPermission }
}
