import { type ConstraintMaps, findConstraintType, type LoosenedConstraint } from '@modei/core'
import { permissionCovers } from '@modei/protocol'
import type { LoadedCatalog } from './catalog-cache.ts'

/**
 * Constraints that would be looser than what a passport's pinned catalog sets on the same thing: on one permission, or
 * flat on a passport with a single one. A flat limit over several permissions measures something else.
 */
export function loosenedCatalog(
  { entries }: LoadedCatalog,
  permissions: readonly string[],
  set: ConstraintMaps,
): LoosenedConstraint[] {
  const loosened: LoosenedConstraint[] = []
  const compare = (listed: string | undefined, own: ReadonlyMap<string, unknown>, permission?: string) => {
    const limits = listed === undefined ? undefined : entries.get(listed)?.constraints
    for (const [key, value] of own) {
      if (limits === undefined || !Object.hasOwn(limits, key)) continue
      if (findConstraintType(key)?.narrows(limits[key], value) !== true) loosened.push({ permission, key })
    }
  }
  const covered = [...entries.keys()].filter((action) =>
    permissions.some((permission) => permissionCovers(permission, action)),
  )
  if (covered.length === 1) compare(covered[0], set.flat)
  for (const [permission, own] of set.byPermission) compare(permission, own, permission)
  return loosened
}
