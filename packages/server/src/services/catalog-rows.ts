import { readSnapshot } from '@modei/core'
import type { Kysely } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'

type VersionRow = Row<'catalog_versions'>

export function findVersion(
  db: Kysely<Database>,
  gateId: string,
  version: number,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom('catalog_versions')
    .selectAll()
    .where('gate_id', '=', gateId)
    .where('version', '=', version)
    .executeTakeFirst()
}

/** The newest published version, in effect or still to come. */
export function findNewestVersion(db: Kysely<Database>, gateId: string): Promise<VersionRow | undefined> {
  return db
    .selectFrom('catalog_versions')
    .selectAll()
    .where('gate_id', '=', gateId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The version in effect: the highest whose time has come. */
export async function findVersionInEffect(
  db: Kysely<Database>,
  gateId: string,
  now: number,
): Promise<VersionRow | undefined> {
  const version = await findNumberInEffect(db, gateId, now)
  return version === undefined ? undefined : findVersion(db, gateId, version)
}

/** The number of the version in effect. */
export async function findNumberInEffect(
  db: Kysely<Database>,
  gateId: string,
  now: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('catalog_versions')
    .select('version')
    .where('gate_id', '=', gateId)
    .where('effective_at', '<=', now)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version
}

/** What a gate's prices are in, fixed by the first version that has one; `null` before it. */
export async function findCurrency(db: Kysely<Database>, gateId: string): Promise<string | null> {
  const first = await db
    .selectFrom('catalog_versions')
    .select('currency')
    .where('gate_id', '=', gateId)
    .where('currency', 'is not', null)
    .orderBy('version')
    .limit(1)
    .executeTakeFirst()
  return first?.currency ?? null
}

/** The permissions that a version lists. Throws when the stored text is not what was signed. */
export function permissionsOf(row: Pick<VersionRow, 'snapshot_json' | 'content_hash'>) {
  return readSnapshot(row.snapshot_json, row.content_hash).permissions
}
