import type { Operation, Scope } from './operations/operation.ts'
import { RESOURCES } from './operations/operation.ts'

const FULL_SCOPES: readonly Scope[] = RESOURCES.flatMap((resource): Scope[] => [
  `${resource}:read`,
  `${resource}:write`,
])

/** Narrow scopes and the full scope that contains each. A narrow one grants only the operations that name it. */
const NARROW_SCOPES: ReadonlyMap<string, Scope> = new Map<string, Scope>([
  ['passports:issue', 'passports:write'],
  ['passports:revoke', 'passports:write'],
  ['gates:create', 'gates:write'],
  ['gates:update', 'gates:write'],
  ['gates:delete', 'gates:write'],
  ['gates:manage', 'gates:write'],
  ['enforce:write', 'enforcement:write'],
  ['consume:write', 'commerce:write'],
  ['billing:write', 'commerce:write'],
])

const GATES_MANAGE: readonly string[] = ['gates:create', 'gates:update', 'gates:delete']

/** Every scope that an API key may carry. */
export const SCOPES: readonly string[] = [
  ...FULL_SCOPES,
  ...RESOURCES.map((resource) => `${resource}:*`),
  'admin:*',
  ...NARROW_SCOPES.keys(),
]

export function isScope(value: unknown): value is string {
  return typeof value === 'string' && SCOPES.includes(value)
}

/** Whether holding `held` includes all that `wanted` grants. Unknown words include and are included by nothing. */
function scopeCovers(held: string, wanted: string): boolean {
  if (!isScope(held) || !isScope(wanted)) return false
  if (held === wanted || held === 'admin:*') return true
  if (held === 'gates:manage') return GATES_MANAGE.includes(wanted)
  const full = NARROW_SCOPES.get(wanted) ?? wanted
  if (held === full) return true
  return held.endsWith(':*') && full.startsWith(held.slice(0, -1))
}

/** Whether an API key with `scopes` may call `operation`. Public operations need none. */
export function scopeGrants(
  scopes: readonly string[],
  operation: Pick<Operation, 'access' | 'aliases'>,
): boolean {
  if (typeof operation.access === 'string') return true
  const wanted = [operation.access.scope, ...(operation.aliases ?? [])]
  return scopes.some((held) => wanted.some((scope) => scopeCovers(held, scope)))
}

/** Whether a holder of `creator` may hand out `wanted`: nobody creates a key that can do more. */
export function coversScopes(creator: readonly string[], wanted: readonly string[]): boolean {
  return missingScopes(creator, wanted).length === 0
}

/** Those of `wanted` that `creator` lacks. */
export function missingScopes(creator: readonly string[], wanted: readonly string[]): string[] {
  return wanted.filter((scope) => !isCovered(creator, scope))
}

function isCovered(creator: readonly string[], wanted: string): boolean {
  if (creator.some((held) => scopeCovers(held, wanted))) return true
  if (wanted === 'gates:manage') return GATES_MANAGE.every((part) => isCovered(creator, part))
  const resource = wanted.endsWith(':*') && wanted !== 'admin:*' ? wanted.slice(0, -2) : undefined
  return (
    resource !== undefined &&
    isScope(wanted) &&
    [`${resource}:read`, `${resource}:write`].every((part) => isCovered(creator, part))
  )
}
