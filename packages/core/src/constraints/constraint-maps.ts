import { type FieldError, isConstraintKey } from '@modei/protocol'
import type { ConstraintMaps } from './collect.ts'
import { findConstraintType, nearestConstraintKey } from './index.ts'

export type ReadConstraintMap = ({ ok: true } & ConstraintMaps) | { ok: false; errors: FieldError[] }

export interface ReadConstraintMapOptions {
  /** Whether terms (prices, service levels, fees) may stand here, as they may in a catalog. */
  allow_terms?: boolean
}

const MAX_KEYS = 1000

/**
 * Reads the map of a passport: a key of three parts is a constraint on all permissions, any other a permission of
 * this passport with constraints of its own. Every fault is reported, at its pointer within the map.
 */
export function readConstraintMap(
  map: unknown,
  grantedPermissions: readonly string[],
  options: ReadConstraintMapOptions = {},
): ReadConstraintMap {
  if (!isObject(map)) return { ok: false, errors: [{ pointer: '', message: 'must be an object' }] }
  const errors: FieldError[] = []
  const flat = new Map<string, unknown>()
  const byPermission = new Map<string, ReadonlyMap<string, unknown>>()
  if (Object.keys(map).length > MAX_KEYS)
    errors.push({ pointer: '', message: `must hold at most ${MAX_KEYS} keys` })
  for (const [key, value] of Object.entries(map)) {
    const pointer = `/${escapePointer(key)}`
    // A permission may have three parts too; it gives way only to a constraint that exists.
    if (findConstraintType(key) === undefined && grantedPermissions.includes(key)) {
      byPermission.set(key, readPermissionMap(value, pointer, options, errors))
    } else if (isConstraintKey(key)) {
      readEntry(flat, key, value, pointer, options, errors)
    } else {
      errors.push({ pointer, message: notAPermission(key) })
    }
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, flat, byPermission }
}

function readPermissionMap(
  value: unknown,
  pointer: string,
  options: ReadConstraintMapOptions,
  errors: FieldError[],
): Map<string, unknown> {
  const own = new Map<string, unknown>()
  if (!isObject(value)) {
    errors.push({ pointer, message: 'must be an object of constraints' })
    return own
  }
  for (const [key, constraint] of Object.entries(value)) {
    readEntry(own, key, constraint, `${pointer}/${escapePointer(key)}`, options, errors)
  }
  return own
}

function readEntry(
  into: Map<string, unknown>,
  key: string,
  value: unknown,
  pointer: string,
  options: ReadConstraintMapOptions,
  errors: FieldError[],
): void {
  const type = findConstraintType(key)
  if (type === undefined) {
    errors.push({ pointer, message: unknownKey(key) })
    return
  }
  if (type.kind === 'term' && options.allow_terms !== true) {
    errors.push({ pointer, message: `\`${key}\` is a term: terms come from the catalog alone` })
    return
  }
  errors.push(...type.check(value).map((message) => ({ pointer, message })))
  into.set(key, value)
}

function unknownKey(key: string): string {
  return `unknown constraint \`${key.slice(0, 100)}\`, did you mean \`${nearestConstraintKey(key)}\`?`
}

function notAPermission(key: string): string {
  const shown = key.slice(0, 100)
  return `\`${shown}\` is neither a constraint nor a permission of this passport; the nearest constraint is \`${nearestConstraintKey(key)}\``
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
