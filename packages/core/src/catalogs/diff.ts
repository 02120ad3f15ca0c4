import { type CatalogChange, canonicalJson } from '@modei/protocol'
import type { ListedPermission } from './catalog.ts'
import { judgeConstraintChange } from './constraint-change.ts'
import { isGranted } from './coverage.ts'

/** Everything that differs between two lists of permissions, by permission and then by what changed. */
export function diffCatalogs(
  old: readonly ListedPermission[],
  next: readonly ListedPermission[],
): CatalogChange[] {
  const before = byKey(old)
  const after = byKey(next)
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
  return keys.flatMap((key) => diffPermission(key, before.get(key), after.get(key)))
}

export function hasBreakingChange(changes: readonly CatalogChange[]): boolean {
  return changes.some(({ breaking }) => breaking)
}

/** The changes that a passport with these grants can feel. */
export function changesFor(grants: readonly string[], changes: readonly CatalogChange[]): CatalogChange[] {
  return changes.filter(({ permission_key: key }) => key !== null && isGranted(grants, key))
}

/** Whether anything changed but names and descriptions. */
export function changesTerms(changes: readonly CatalogChange[]): boolean {
  return changes.some(({ type }) => type !== 'details_changed')
}

function byKey(permissions: readonly ListedPermission[]): Map<string, ListedPermission> {
  return new Map(permissions.map((permission) => [permission.permission_key, permission]))
}

function diffPermission(
  key: string,
  old: ListedPermission | undefined,
  next: ListedPermission | undefined,
): CatalogChange[] {
  const change = (type: string, before: unknown, after: unknown, breaking: boolean): CatalogChange => ({
    type,
    permission_key: key,
    constraint_key: null,
    old: before ?? null,
    new: after ?? null,
    breaking,
  })
  if (next === undefined) return [change('permission_removed', old, undefined, true)]
  if (old === undefined) return [change('permission_added', undefined, next, false)]
  const changes: CatalogChange[] = []
  if (old.display_name !== next.display_name || old.description !== next.description) {
    changes.push(change('details_changed', detailsOf(old), detailsOf(next), false))
  }
  if (old.risk_level !== next.risk_level) {
    changes.push(change('risk_level_changed', old.risk_level, next.risk_level, false))
  }
  if (old.min_trust_level !== next.min_trust_level) {
    const raised = next.min_trust_level > old.min_trust_level
    changes.push(change('trust_level_changed', old.min_trust_level, next.min_trust_level, raised))
  }
  return [...changes, ...diffConstraints(key, old.constraints, next.constraints)]
}

function detailsOf({ display_name, description }: ListedPermission) {
  return { display_name, description }
}

function diffConstraints(
  permission: string,
  old: ListedPermission['constraints'],
  next: ListedPermission['constraints'],
): CatalogChange[] {
  const before = new Map(Object.entries(old))
  const after = new Map(Object.entries(next))
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((key) => ({ key, old: before.get(key) ?? null, new: after.get(key) ?? null }))
    .filter((change) => canonicalJson(change.old) !== canonicalJson(change.new))
    .map(({ key, ...change }) => ({
      ...judgeConstraintChange(key, old, next),
      permission_key: permission,
      constraint_key: key,
      ...change,
    }))
}
