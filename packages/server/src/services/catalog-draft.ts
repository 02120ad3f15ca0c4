import { findCatalogFaults, type ListedPermission } from '@modei/core'
import {
  type CatalogDraft,
  CatalogPermission,
  type CatalogSaved,
  formatTimestamp,
  ModeiProblem,
} from '@modei/protocol'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Caller } from '../http/call.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { findCurrency, findNewestVersion } from './catalog-rows.ts'
import { findOwnGate, refuseArchived } from './gates.ts'
import type { Services } from './services.ts'

export interface DraftRequest {
  permissions: readonly (Omit<ListedPermission, 'constraints'> & {
    constraints?: Readonly<Record<string, unknown>> | undefined
  })[]
  version?: string | undefined
  catalog_name?: string | undefined
  description?: string | undefined
  is_active: boolean
}

export type Draft = Omit<Row<'catalog_drafts'>, 'permissions'> & { permissions: ListedPermission[] }

const StoredPermissions = z.array(
  CatalogPermission.extend({ constraints: z.record(z.string(), z.unknown()) }),
)

/** A gate's draft; `undefined` when none was ever saved. */
export async function findDraft(db: Kysely<Database>, gateId: string): Promise<Draft | undefined> {
  const row = await db
    .selectFrom('catalog_drafts')
    .selectAll()
    .where('gate_id', '=', gateId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { ...row, permissions: StoredPermissions.parse(JSON.parse(row.permissions)) }
}

/** The draft of a gate's catalog: an empty one until it is first saved. */
export async function getCatalogDraft(
  { store }: Services,
  caller: Caller,
  gateId: string,
): Promise<CatalogDraft> {
  await findOwnGate(store.read, caller.workspace_id, gateId)
  return draftView(store.read, gateId)
}

/** Replaces the draft of a gate's catalog. Every fault of its constraints is reported. */
export function replaceCatalogDraft(
  { store }: Services,
  caller: Caller,
  gateId: string,
  request: DraftRequest,
  claim: IdempotencyClaim | null,
): Promise<CatalogSaved> {
  const permissions: ListedPermission[] = request.permissions.map((permission) => ({
    ...permission,
    constraints: permission.constraints ?? {},
  }))
  return writeOnce(store, claim, async (tx, now) => {
    refuseArchived(await findOwnGate(tx, caller.workspace_id, gateId))
    refuseFaults(permissions, await findCurrency(tx, gateId), (pointer) => `/body/permissions${pointer}`)
    const row: Row<'catalog_drafts'> = {
      gate_id: gateId,
      workspace_id: caller.workspace_id,
      permissions: JSON.stringify(permissions),
      version_label: request.version ?? null,
      catalog_name: request.catalog_name ?? null,
      description: request.description ?? null,
      is_active: request.is_active ? 1 : 0,
      updated_at: now,
    }
    await tx
      .insertInto('catalog_drafts')
      .values(row)
      .onConflict((conflict) => conflict.column('gate_id').doUpdateSet(row))
      .execute()
    return { status: 'saved', ...(await draftView(tx, gateId)) }
  })
}

/** @throws {ModeiProblem} `request_invalid` with every fault, each where `place` puts it in the request */
export function refuseFaults(
  permissions: readonly ListedPermission[],
  currency: string | null,
  place: (pointer: string) => string,
): void {
  const faults = findCatalogFaults(permissions, currency)
  const [first] = faults
  if (first === undefined) return
  const errors = faults.map(({ pointer, message }) => ({ pointer: place(pointer), message }))
  throw new ModeiProblem('request_invalid', `the catalog is not valid: ${first.message}`, { errors })
}

async function draftView(db: Kysely<Database>, gateId: string): Promise<CatalogDraft> {
  const draft = await findDraft(db, gateId)
  const newest = await findNewestVersion(db, gateId)
  return {
    gate_id: gateId,
    version: newest?.version ?? 0,
    version_label: draft?.version_label ?? null,
    catalog_name: draft?.catalog_name ?? null,
    description: draft?.description ?? null,
    is_active: draft === undefined || draft.is_active === 1,
    permissions: draft?.permissions ?? [],
    published_at: newest === undefined ? null : formatTimestamp(newest.created_at),
    updated_at: draft === undefined ? null : formatTimestamp(draft.updated_at),
  }
}
