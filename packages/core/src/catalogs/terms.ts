import { jsonEquals, permissionCovers } from '@modei/protocol'
import { findConstraintType } from '../constraints/index.ts'

/** A price, service level or fee that a passport states for one of its permissions. */
export interface PassportTerm {
  permission: string
  key: string
  value: unknown
}

/** The terms in a signed envelope. */
export function termsOf(
  permissions: readonly { permission_key: string; constraints: Readonly<Record<string, unknown>> }[],
): PassportTerm[] {
  return permissions.flatMap(({ permission_key: permission, constraints }) =>
    Object.entries(constraints)
      .filter(([key]) => findConstraintType(key)?.kind === 'term')
      .map(([key, value]) => ({ permission, key, value })),
  )
}

/** The first term for an action that is not exactly the catalog's. */
export function findForeignTerm(
  terms: readonly PassportTerm[],
  action: string,
  catalogTerms: Readonly<Record<string, unknown>>,
): PassportTerm | undefined {
  return terms.find(
    ({ permission, key, value }) =>
      permissionCovers(permission, action) && !jsonEquals(value, catalogTerms[key]),
  )
}
