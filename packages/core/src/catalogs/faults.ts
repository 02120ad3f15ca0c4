import type { FieldError } from '@modei/protocol'
import { findConstraintType, nearestConstraintKey } from '../constraints/index.ts'
import type { ListedPermission } from './catalog.ts'
import { pricedCurrency } from './pricing.ts'

/**
 * What is wrong with the permissions of a draft, each fault at its pointer within the list.
 * @param currency what the gate's prices are in since its first published price; `null` while there is none
 */
export function findCatalogFaults(
  permissions: readonly ListedPermission[],
  currency: string | null,
): FieldError[] {
  const errors: FieldError[] = []
  let fixed = currency
  for (const [index, permission] of permissions.entries()) {
    const pointer = `/${index}/constraints`
    for (const [key, value] of Object.entries(permission.constraints)) {
      errors.push(...constraintFaults(key, value, `${pointer}/${escapePointer(key)}`))
    }
    const own = pricedCurrency(permission.constraints)
    fixed ??= own
    if (own !== null && own !== fixed) {
      const message = `must be ${fixed}: a gate has one currency, fixed at its first published price`
      errors.push({ pointer: `${pointer}/core:pricing:currency`, message })
    }
  }
  return errors
}

function constraintFaults(key: string, value: unknown, pointer: string): FieldError[] {
  const type = findConstraintType(key)
  if (type !== undefined) return type.check(value).map((message) => ({ pointer, message }))
  const shown = key.slice(0, 100)
  return [
    { pointer, message: `unknown constraint \`${shown}\`, did you mean \`${nearestConstraintKey(key)}\`?` },
  ]
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
