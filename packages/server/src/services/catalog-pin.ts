import { uncoveredGrants } from '@modei/core'
import { ModeiProblem } from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import { findVersionInEffect, permissionsOf } from './catalog-rows.ts'

export interface CatalogPin {
  version: number
  content_hash: string
}

/**
 * The catalog that a new passport is pinned to: the one in effect, `null` where the gate has none.
 * @throws {ModeiProblem} `request_invalid` naming every permission that the catalog lacks
 */
export async function pinCatalog(
  tx: Transaction<Database>,
  gateId: string,
  permissions: readonly string[],
  now: number,
): Promise<CatalogPin | null> {
  const current = await findVersionInEffect(tx, gateId, now)
  if (current === undefined) return null
  const { version, content_hash } = current
  const listed = new Set(permissionsOf(current).map(({ permission_key }) => permission_key))
  const lacking = [...new Set(uncoveredGrants(permissions, listed))]
  const [first] = lacking
  if (first === undefined) return { version, content_hash }
  throw new ModeiProblem(
    'request_invalid',
    `the permission \`${first}\` is not in catalog version ${version} of the gate`,
    {
      errors: lacking.map((permission) => ({
        pointer: `/body/permissions/${permissions.indexOf(permission)}`,
        message: `\`${permission}\` is not in catalog version ${version} of the gate`,
      })),
    },
  )
}
