import { permissionCovers } from '@modei/protocol'

/** The grants of a passport that reach no permission of a catalog: an exact one must be in it, a pattern cover one. */
export function uncoveredGrants(grants: readonly string[], permissionKeys: ReadonlySet<string>): string[] {
  const keys = [...permissionKeys]
  return grants.filter(
    (grant) => !permissionKeys.has(grant) && !keys.some((key) => permissionCovers(grant, key)),
  )
}

/** Whether one of a passport's grants covers a permission. */
export function isGranted(grants: readonly string[], permissionKey: string): boolean {
  return grants.some((grant) => permissionCovers(grant, permissionKey))
}
