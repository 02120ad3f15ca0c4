import { readSnapshot } from '@modei/core'
import {
  CatalogChange,
  type CatalogVersion,
  formatTimestamp,
  ModeiProblem,
  type PublishedCatalog,
} from '@modei/protocol'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { Page } from '../http/page.ts'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import { findVersion } from './catalog-rows.ts'
import { gateNotFound } from './gates.ts'
import { indexCursor } from './paging.ts'
import type { Services } from './services.ts'

type VersionRow = Row<'catalog_versions'>

const StoredChanges = z.array(CatalogChange)

/** A version without its content, which may be large. */
const METADATA = [
  'gate_id',
  'version',
  'content_hash',
  'signature',
  'signing_key_id',
  'effective_at',
  'change_summary',
  'changes',
  'has_breaking_changes',
  'created_at',
] as const

/** The answered form of a version, without its content. */
export function versionView(row: Pick<VersionRow, (typeof METADATA)[number]>): CatalogVersion {
  return {
    gate_id: row.gate_id,
    version: row.version,
    content_hash: row.content_hash,
    signature: row.signature,
    signing_key_id: row.signing_key_id,
    effective_at: formatTimestamp(row.effective_at),
    change_summary: row.change_summary,
    changes: StoredChanges.parse(JSON.parse(row.changes)),
    has_breaking_changes: row.has_breaking_changes === 1,
    created_at: formatTimestamp(row.created_at),
  }
}

async function assertGate(db: Kysely<Database>, gateId: string): Promise<void> {
  const gate = await db.selectFrom('gates').select('id').where('id', '=', gateId).executeTakeFirst()
  if (gate === undefined) throw gateNotFound(gateId)
}

/** The published versions of a gate, newest first. Anybody may read them, of archived gates too. */
export async function listCatalogVersions(
  { store }: Services,
  gateId: string,
  limit: number,
  cursor: string | undefined,
): Promise<Page<CatalogVersion[]>> {
  const after = indexCursor(cursor)
  await assertGate(store.read, gateId)
  let query = store.read.selectFrom('catalog_versions').select(METADATA).where('gate_id', '=', gateId)
  if (after !== undefined) query = query.where('version', '<', after)
  const rows = await query
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last !== undefined ? String(last.version) : undefined
  return new Page(shown.map(versionView), next)
}

/** One published version with its content and the key that signed it. */
export async function getCatalogVersion(
  { store }: Services,
  gateId: string,
  version: number,
): Promise<PublishedCatalog> {
  await assertGate(store.read, gateId)
  const row = await findVersion(store.read, gateId, version)
  if (row === undefined) {
    throw new ModeiProblem('not_found', `the gate \`${gateId}\` published no catalog version ${version}`)
  }
  return {
    ...versionView(row),
    catalog_snapshot: { ...readSnapshot(row.snapshot_json, row.content_hash) },
    public_key: row.public_key,
  }
}
