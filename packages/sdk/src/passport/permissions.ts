import type { PassportPermission } from '@modei/protocol/passports/envelope'
import type { JsonObject } from '@modei/protocol/passports/json'

/** A permission to be granted; no constraints are none. */
export interface PermissionGrant {
  readonly permission_key: string
  readonly constraints?: JsonObject
}

/** Closed: a misspelt `constraints` must not grant without limits. Throws a `TypeError`. */
export function readGrants(grants: readonly PermissionGrant[]): readonly PassportPermission[] {
  return grants.map((grant) => {
    const { permission_key, constraints = {}, ...unknown } = grant
    const [name] = Object.keys(unknown)
    if (name !== undefined) throw new TypeError(`a permission has no member \`${name}\``)
    return { permission_key, constraints }
  })
}
