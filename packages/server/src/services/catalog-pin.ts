import { uncoveredGrants } from '@modei/core'
import { ModeiProblem } from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import { findNumberInEffect } from './catalog-rows.ts'
import type { Services } from './services.ts'

export interface CatalogPin {
  version: number
  content_hash: string
}

/**
 * The catalog that a new passport is pinned to: the one in effect, `null` where the gate has none.
 * @throws {ModeiProblem} `request_invalid` naming every permission that the catalog lacks
 */
export async function pinCatalog(
  { catalogs }: Services,
  tx: Transaction<Database>,
  gateId: string,
  permissions: readonly string[],
  now: number,
): Promise<CatalogPin | null> {
  const version = await findNumberInEffect(tx, gateId, now)
  const current = version === undefined ? undefined : await catalogs.find(gateId, version, tx)
  if (current === undefined) return null
  const { content_hash } = current
  const listed = new Set(current.entries.keys())
  const lacking = [...new Set(uncoveredGrants(permissions, listed))]
  const [first] = lacking
  if (first === undefined) return { version: current.version, content_hash }
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
