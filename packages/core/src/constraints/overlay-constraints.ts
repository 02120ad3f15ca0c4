import type { ConstraintMaps } from './collect.ts'

/** What is in force: the grant, and over it what was set on the server, which may only add and tighten. */
export function overlayConstraints(grant: ConstraintMaps, set: ConstraintMaps): ConstraintMaps {
  const byPermission = new Map(grant.byPermission)
  for (const [permission, own] of set.byPermission) {
    byPermission.set(permission, new Map([...(grant.byPermission.get(permission) ?? []), ...own]))
  }
  return { flat: new Map([...grant.flat, ...set.flat]), byPermission }
}

/** The wire form of constraints: flat ones beside those of single permissions. */
export function constraintMapsToJson(maps: ConstraintMaps): Record<string, unknown> {
  return Object.fromEntries([
    ...maps.flat,
    ...[...maps.byPermission].map(([permission, own]) => [permission, Object.fromEntries(own)] as const),
  ])
}
