import type { ConstraintMaps } from '@modei/core'
import {
  canonicalJson,
  MAX_CANONICAL_ENVELOPE_BYTES,
  ModeiProblem,
  type PassportPermission,
} from '@modei/protocol'

type Constraints = PassportPermission['constraints']

/**
 * The signed form of a grant: a flat limit is written into every permission, one of its own beside or over it.
 * @throws {ModeiProblem} `request_invalid` when that alone is larger than an envelope may be
 */
export function envelopePermissions(
  permissions: readonly string[],
  map: ConstraintMaps,
): PassportPermission[] {
  let size = 0
  return permissions.map((permission) => {
    const constraints = Object.fromEntries([...map.flat, ...(map.byPermission.get(permission) ?? [])])
    // HAZARD: a thousand copies of a large limit make a text that no string can hold, so the first ones tell.
    size += canonicalJson(constraints).length
    if (size > MAX_CANONICAL_ENVELOPE_BYTES) throw tooLarge()
    // Values came from JSON and were checked against their types' schemas.
    return { permission_key: permission, constraints: constraints as Constraints }
  })
}

function tooLarge(): ModeiProblem {
  const message = `envelope_too_large: the constraints of all permissions are more than ${MAX_CANONICAL_ENVELOPE_BYTES} bytes`
  return new ModeiProblem('request_invalid', message, {
    errors: [{ pointer: '/body/constraints', message }],
  })
}
