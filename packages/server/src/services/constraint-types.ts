import { constraintTypes, valueSchemaOf } from '@modei/core'
import type { ConstraintType } from '@modei/protocol'
import { Page } from '../http/page.ts'

/** Every constraint type, in order of evaluation. */
const TYPES: readonly ConstraintType[] = constraintTypes
  .map((type): ConstraintType => {
    const [namespace = '', category = ''] = type.key.split(':')
    return {
      constraint_key: type.key,
      namespace,
      name: type.name,
      description: type.description,
      value_type: type.value_type,
      unit: type.unit,
      category,
      evaluation_order: type.sequence,
      is_system: true,
      value_schema: valueSchemaOf(type),
    }
  })
  .sort((a, b) => a.evaluation_order - b.evaluation_order)

/** The constraint types, all or those of one category; one that is not known has none. */
export function listConstraintTypes(
  category: string | undefined,
  limit: number,
  after: number,
): Page<ConstraintType[]> {
  const all = category === undefined ? TYPES : TYPES.filter((type) => type.category === category)
  const end = after + limit
  return new Page(all.slice(after, end), end < all.length ? String(end) : undefined)
}
