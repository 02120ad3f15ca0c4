import { findConstraintType } from '@modei/core'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import { jsonObject } from './json.ts'

type Constraints = Record<string, unknown>

/** Constraints without those of permissions that a passport no longer has. */
export function withoutPermissions(constraints: Constraints, dropped: readonly string[]): Constraints {
  return Object.fromEntries(
    // A key is a permission only where it is no constraint.
    Object.entries(constraints).filter(
      ([key]) => findConstraintType(key) !== undefined || !dropped.includes(key),
    ),
  )
}

/**
 * Carries what was set on one passport over to the one that takes its place, its history included.
 * @returns the columns of the new row; the version goes on counting
 */
export async function carryConstraints(
  tx: Transaction<Database>,
  from: Row<'passports'>,
  to: { passport_id: string; dropped: readonly string[]; set_by: string },
  now: number,
): Promise<Pick<Row<'passports'>, 'constraint_version' | 'set_constraints'>> {
  const { passport_id: id, dropped } = to
  await tx
    .insertInto('constraint_versions')
    .columns(['passport_id', 'workspace_id', 'version', 'constraints', 'set_by', 'set_at'])
    .expression(({ selectFrom }) =>
      selectFrom('constraint_versions')
        .select([
          sql<string>`cast(${id} as text)`.as('passport_id'),
          'workspace_id',
          'version',
          'constraints',
          'set_by',
          'set_at',
        ])
        .where('passport_id', '=', from.id),
    )
    .execute()
  const { constraint_version: version, set_constraints: set } = from
  if (set === null) return { constraint_version: version, set_constraints: null }
  const before = jsonObject(set)
  const kept = withoutPermissions(before, dropped)
  if (Object.keys(kept).length === Object.keys(before).length) {
    return { constraint_version: version, set_constraints: set }
  }
  const changed: Row<'constraint_versions'> = {
    passport_id: id,
    workspace_id: from.workspace_id,
    version: version + 1,
    constraints: JSON.stringify(kept),
    set_by: to.set_by,
    set_at: now,
  }
  await tx.insertInto('constraint_versions').values(changed).execute()
  return { constraint_version: changed.version, set_constraints: changed.constraints }
}
