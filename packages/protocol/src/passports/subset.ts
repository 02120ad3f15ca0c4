import { canonicalJson } from '../crypto/canonical-json.ts'
import type { Envelope, PassportPermission } from './envelope.ts'
import { type JsonValue, jsonEquals } from './json.ts'
import { tighteningOf } from './short-names.ts'

/** Where a delegated envelope grants more than the one above it. */
export interface Widening {
  /** Null when the passport as a whole lasts too long. */
  readonly permission: string | null
  /** The constraint at fault, or null when the permission itself is. */
  readonly dimension: string | null
  readonly ancestor_value: JsonValue | undefined
  readonly descendant_value: JsonValue | undefined
  readonly detail: string
}

/**
 * The first place at which `descendant` grants more than `ancestor`, or undefined when it grants no more. Permission
 * keys compare as exact strings: `x:y` is not covered by `x:*`. A constraint left out is inherited; one that the
 * ancestor lacks may not be added, so that no link can change what a limit means for those below it.
 */
export function findWidening(ancestor: Envelope, descendant: Envelope): Widening | undefined {
  const granted = groupByKey(ancestor.permissions)
  for (const permission of descendant.permissions) {
    // A key that is listed twice counts as its strictest entry, whichever of them an evaluator reads.
    const entries = granted.get(permission.permission_key)
    if (entries === undefined) return notGranted(permission.permission_key)
    for (const entry of entries) {
      const widening = findLooserConstraint(entry, permission)
      if (widening !== undefined) return widening
    }
  }
  return undefined
}

/** Whether `descendant` outlives `ancestor`. Times of the one signed form sort as text. */
export function findExtension(ancestor: Envelope, descendant: Envelope): Widening | undefined {
  const limit = ancestor.provenance.expires_at
  const value = descendant.provenance.expires_at
  if (value <= limit) return undefined
  return {
    permission: null,
    dimension: 'expires_at',
    ancestor_value: limit,
    descendant_value: value,
    detail: `descendant expires_at ${value} is after ancestor expires_at ${limit}`,
  }
}

function groupByKey(permissions: readonly PassportPermission[]): Map<string, PassportPermission[]> {
  const groups = new Map<string, PassportPermission[]>()
  for (const permission of permissions) {
    const group = groups.get(permission.permission_key)
    if (group === undefined) groups.set(permission.permission_key, [permission])
    else group.push(permission)
  }
  return groups
}

function notGranted(permission: string): Widening {
  return {
    permission,
    dimension: null,
    ancestor_value: undefined,
    descendant_value: permission,
    detail: `descendant permission '${permission}' not present in ancestor`,
  }
}

function findLooserConstraint(granted: PassportPermission, taken: PassportPermission): Widening | undefined {
  for (const [dimension, value] of Object.entries(taken.constraints)) {
    const limit = Object.hasOwn(granted.constraints, dimension) ? granted.constraints[dimension] : undefined
    const fault = findFault(dimension, limit, value)
    if (fault !== undefined) {
      return {
        permission: taken.permission_key,
        dimension,
        ancestor_value: limit,
        descendant_value: value,
        detail: `permission '${taken.permission_key}': constraint '${dimension}' ${fault}`,
      }
    }
  }
  return undefined
}

function findFault(dimension: string, limit: JsonValue | undefined, value: JsonValue): string | undefined {
  if (limit === undefined) return 'absent in ancestor; descendant cannot add it'
  switch (tighteningOf(dimension)) {
    case 'lower':
      if (typeof limit !== 'number' || typeof value !== 'number') return 'must be numeric on both sides'
      return value <= limit ? undefined : `descendant=${value} > ancestor=${limit}`
    case 'fewer': {
      if (!Array.isArray(limit) || !Array.isArray(value)) return 'must be an array on both sides'
      const allowed = new Set(limit.map(canonicalJson))
      const added = value.map(canonicalJson).find((entry) => !allowed.has(entry))
      return added === undefined ? undefined : `descendant entry ${added} not in ancestor`
    }
    case 'equal':
      return jsonEquals(limit, value) ? undefined : 'must match ancestor exactly'
  }
}
