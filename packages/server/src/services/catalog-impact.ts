import {
  changesFor,
  diffCatalogs,
  hasBreakingChange,
  type ListedPermission,
  uncoveredGrants,
} from '@modei/core'
import type { CatalogChange, CatalogImpact } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import type { Row } from '../store/store.ts'
import { findDraft } from './catalog-draft.ts'
import { findNewestVersion, permissionsOf } from './catalog-rows.ts'
import { findOwnGate } from './gates.ts'
import { stringList } from './json.ts'
import { before } from './paging.ts'
import type { Services } from './services.ts'

type Affected = CatalogImpact['passports'][number]
type PassportRow = Pick<
  Row<'passports'>,
  'id' | 'agent_id' | 'permissions' | 'catalog_version' | 'created_at'
>

const MAX_LISTED = 1000
/** Rows read at a time, so that a gate with many passports does not stand in everybody's way. */
const BATCH = 1000

/** What publishing the draft would change against the newest version, and which active passports hold what changes. */
export async function catalogImpact(
  services: Services,
  caller: Caller,
  gateId: string,
): Promise<CatalogImpact> {
  const { store } = services
  await findOwnGate(store.read, caller.workspace_id, gateId)
  const draft = (await findDraft(store.read, gateId))?.permissions ?? []
  const newest = await findNewestVersion(store.read, gateId)
  const changes = diffCatalogs(newest === undefined ? [] : permissionsOf(newest), draft)
  const passports: Affected[] = []
  let count = 0
  let breaking = hasBreakingChange(changes)
  for await (const row of activePassports(services, caller, gateId)) {
    const affected = impactOn(row, changes, newest === undefined ? draft : null)
    if (affected === null) continue
    count += 1
    breaking ||= affected.breaking
    if (passports.length < MAX_LISTED) passports.push(affected)
  }
  return {
    gate_id: gateId,
    affected_passports: count,
    has_breaking_changes: breaking,
    changes,
    passports,
  }
}

/**
 * What changes for one passport.
 * @param first the permissions of a first catalog, which ends what a passport may do that it does not list
 */
function impactOn(
  row: PassportRow,
  changes: readonly CatalogChange[],
  first: readonly ListedPermission[] | null,
): Affected | null {
  const grants = stringList(row.permissions)
  const felt = changesFor(grants, changes)
  const ended =
    first === null || first.length === 0
      ? []
      : uncoveredGrants(grants, new Set(first.map(({ permission_key }) => permission_key)))
  const permissions = new Set([...felt.flatMap(({ permission_key: key }) => key ?? []), ...ended])
  if (permissions.size === 0) return null
  return {
    passport_id: row.id,
    agent_id: row.agent_id,
    catalog_version: row.catalog_version,
    permissions: [...permissions],
    breaking: ended.length > 0 || hasBreakingChange(felt),
  }
}

/** Newest first. */
async function* activePassports(
  { store }: Services,
  caller: Caller,
  gateId: string,
): AsyncGenerator<PassportRow, void, undefined> {
  const now = await store.now()
  let last: PassportRow | undefined
  do {
    const position = last === undefined ? undefined : { at: last.created_at, id: last.id }
    const rows: PassportRow[] = await store.read
      .selectFrom('passports')
      .select(['id', 'agent_id', 'permissions', 'catalog_version', 'created_at'])
      .where('gate_id', '=', gateId)
      .where('workspace_id', '=', caller.workspace_id)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .$if(position !== undefined, (query) => query.where(before(position, 'passports')))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(BATCH)
      .execute()
    yield* rows
    last = rows.length < BATCH ? undefined : rows.at(-1)
  } while (last !== undefined)
}
