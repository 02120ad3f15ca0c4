import type { ConstraintMaps } from '@modei/core'
import type { PassportPermission } from '@modei/protocol'

type Constraints = PassportPermission['constraints']

/** The signed form of a grant: a flat limit is written into every permission, one of its own beside or over it. */
export function envelopePermissions(
  permissions: readonly string[],
  map: ConstraintMaps,
): PassportPermission[] {
  return permissions.map((permission) => ({
    permission_key: permission,
    // Values came from JSON and were checked against their types' schemas.
    constraints: Object.fromEntries([
      ...map.flat,
      ...(map.byPermission.get(permission) ?? []),
    ]) as Constraints,
  }))
}
