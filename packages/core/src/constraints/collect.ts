import { findShortConstraint, permissionCovers } from '@modei/protocol'
import { sameTracker, WHOLE_PASSPORT } from '../counters/index.ts'
import type { Tracker } from '../counters/usage.ts'
import type { ConstraintType, Qualifiers } from './constraint.ts'
import { findConstraintType } from './index.ts'
import { qualifiersOf } from './qualifiers.ts'

export type ConstraintSource = 'passport' | 'catalog' | 'ancestor' | 'request'

/** One limit that applies to an action. */
export interface ConstraintInstance {
  key: string
  /** `undefined` for a key that is not known: it blocks. */
  type: ConstraintType | undefined
  value: unknown
  /** What its counters count: `*` for the whole passport, else the actions that this permission covers. */
  scope: string
  source: ConstraintSource
  qualifiers: Qualifiers
}

/** Constraints that hold for all permissions, and those of single permissions. */
export interface ConstraintMaps {
  flat: ReadonlyMap<string, unknown>
  byPermission: ReadonlyMap<string, ReadonlyMap<string, unknown>>
}

export interface CollectInput extends ConstraintMaps {
  action: string
  source: ConstraintSource
  /** What flat limits count: the whole passport unless told otherwise. */
  flatScope?: string
}

/** The limits that apply to an action, in order of evaluation; what is not known comes first, since it blocks. */
export function collectInstances(input: CollectInput): ConstraintInstance[] {
  const instances: ConstraintInstance[] = []
  addInstances(instances, input.flat, [input.flat], input.flatScope ?? WHOLE_PASSPORT, input.source)
  for (const [permission, own] of input.byPermission) {
    if (permissionCovers(permission, input.action)) {
      addInstances(instances, own, [own, input.flat], permission, input.source)
    }
  }
  return instances.sort(bySequence)
}

/**
 * Limits with further ones among them, in order of evaluation.
 * @param own in that order already; the same list comes back when there is nothing to add
 */
export function withFurther(
  own: readonly ConstraintInstance[],
  further: readonly ConstraintInstance[],
): readonly ConstraintInstance[] {
  return further.length === 0 ? own : [...own, ...further].sort(bySequence)
}

/** Compares by order of evaluation. What is not known comes first, since it blocks. */
export function bySequence(a: ConstraintInstance, b: ConstraintInstance): number {
  return (a.type?.sequence ?? 0) - (b.type?.sequence ?? 0)
}

function addInstances(
  instances: ConstraintInstance[],
  own: ReadonlyMap<string, unknown>,
  qualifying: readonly ReadonlyMap<string, unknown>[],
  scope: string,
  source: ConstraintSource,
): void {
  if (own.size === 0) return
  const qualifiers = qualifiersOf(qualifying)
  for (const [key, value] of own) {
    const type = findConstraintType(key)
    if (type?.kind === 'term') continue
    // A readable qualifier has been heard; one that cannot be read stays, and blocks.
    if (type?.kind === 'qualifier' && type.check(value).length === 0) continue
    instances.push({ key, type, value, scope, source, qualifiers })
  }
}

/**
 * The limits of a signed envelope of which nothing else is known. A flat limit stands in every permission there,
 * so all count the whole passport, and equal ones count once.
 */
export function fromEnvelopePermissions(
  permissions: readonly { permission_key: string; constraints: Readonly<Record<string, unknown>> }[],
  action: string,
  source: ConstraintSource = 'passport',
): ConstraintInstance[] {
  const seen = new Set<string>()
  const instances: ConstraintInstance[] = []
  for (const { permission_key, constraints } of permissions) {
    if (!permissionCovers(permission_key, action)) continue
    for (const map of fullNames(constraints)) addInstances(instances, map, [map], WHOLE_PASSPORT, source)
  }
  const distinct = instances.filter((instance) => {
    const identity = JSON.stringify([instance.key, instance.value, instance.qualifiers])
    return !seen.has(identity) && seen.add(identity)
  })
  return distinct.sort(bySequence)
}

/** Short names of the published packages, each as the constraints that it stands for, apart from the full ones. */
function fullNames(constraints: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown>[] {
  const full = new Map<string, unknown>()
  const maps: ReadonlyMap<string, unknown>[] = [full]
  for (const [key, value] of Object.entries(constraints)) {
    const short = findShortConstraint(key)
    if (short === undefined) full.set(key, value)
    else maps.push(new Map([[short.core_key, value], ...Object.entries(short.implies ?? {})]))
  }
  return maps
}

const trackers = new WeakMap<readonly ConstraintInstance[], ReadonlyMap<string, Tracker[]>>()

/**
 * What a store must keep so that these limits can be evaluated, by scope. Found once for each list, which must not
 * change: a passport's is the same for decision after decision.
 */
export function trackersOf(instances: readonly ConstraintInstance[]): ReadonlyMap<string, Tracker[]> {
  const known = trackers.get(instances)
  if (known !== undefined) return known
  const found = findTrackers(instances)
  trackers.set(instances, found)
  return found
}

function findTrackers(instances: readonly ConstraintInstance[]): Map<string, Tracker[]> {
  const scopes = new Map<string, Tracker[]>()
  for (const { type, value, scope, qualifiers } of instances) {
    for (const tracker of type?.needs(value, qualifiers) ?? []) {
      const known = scopes.get(scope)
      if (known === undefined) scopes.set(scope, [tracker])
      else if (!known.some((other) => sameTracker(other, tracker))) known.push(tracker)
    }
  }
  return scopes
}
