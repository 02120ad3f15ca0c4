import { type CatalogFacts, type ConstraintInstance, collectInstances } from '@modei/core'

/** The limits that the catalog sets on an action, measured on that permission. */
export function catalogInstances(catalog: CatalogFacts | null, action: string): ConstraintInstance[] {
  const entry = catalog?.known === true ? catalog.entry : null
  if (entry === null) return []
  const own = new Map(Object.entries(entry.constraints))
  return collectInstances({
    flat: new Map(),
    byPermission: new Map([[entry.permission_key, own]]),
    action,
    source: 'catalog',
  })
}
