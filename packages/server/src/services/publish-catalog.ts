import {
  amountOf,
  buildSnapshot,
  currencyOfCatalog,
  diffCatalogs,
  hasBreakingChange,
  type ListedPermission,
  pricingOf,
} from '@modei/core'
import {
  canonicalJson,
  encodeBase64,
  ModeiProblem,
  type PublishResult,
  parseTimestamp,
  signEd25519,
  utf8Bytes,
} from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Caller } from '../http/call.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { type Draft, findDraft, refuseFaults } from './catalog-draft.ts'
import { findCurrency, findNewestVersion, permissionsOf } from './catalog-rows.ts'
import { versionView } from './catalog-versions.ts'
import { findOwnGate, refuseArchived } from './gates.ts'
import type { Services } from './services.ts'
import { getActiveKey, openSeed } from './signing-keys.ts'

export interface PublishRequest {
  change_summary?: string | undefined
  /** RFC 3339; the past means now. */
  effective_at?: string | undefined
}

/** Publishes the draft as the next version: built, signed and stored in one transaction, and never changed again. */
export function publishCatalog(
  { store, box }: Services,
  caller: Caller,
  gateId: string,
  request: PublishRequest,
  claim: IdempotencyClaim | null,
): Promise<PublishResult> {
  return writeOnce(store, claim, async (tx, now) => {
    refuseArchived(await findOwnGate(tx, caller.workspace_id, gateId))
    const draft = await publishable(tx, gateId)
    const newest = await findNewestVersion(tx, gateId)
    const published = newest === undefined ? [] : permissionsOf(newest)
    const changes = diffCatalogs(published, draft.permissions)
    if (changes.length === 0) {
      throw new ModeiProblem(
        'nothing_to_publish',
        `the draft does not differ from version ${newest?.version}`,
      )
    }
    const version = (newest?.version ?? 0) + 1
    const { snapshot_json, content_hash } = buildSnapshot({
      gate_id: gateId,
      version,
      published_at: now,
      permissions: draft.permissions,
    })
    const key = await getActiveKey(tx, gateId)
    const row: Row<'catalog_versions'> = {
      gate_id: gateId,
      version,
      workspace_id: caller.workspace_id,
      snapshot_json,
      content_hash,
      signature: encodeBase64(signEd25519(utf8Bytes(snapshot_json), openSeed(box, key))),
      signing_key_id: key.id,
      public_key: key.public_key,
      effective_at: Math.max(now, effectiveAt(request)),
      change_summary: request.change_summary ?? null,
      changes: canonicalJson(changes),
      has_breaking_changes: hasBreakingChange(changes) ? 1 : 0,
      currency: currencyOfCatalog(draft.permissions),
      published_by: caller.key_id,
      created_at: now,
    }
    await tx.insertInto('catalog_versions').values(row).execute()
    await tx
      .insertInto('catalog_permissions')
      .values(draft.permissions.map((permission) => searchable(gateId, version, permission)))
      .execute()
    // Decisions notice by this number that what they know of the catalog is out of date.
    await tx.updateTable('gates').set({ current_catalog_version: version }).where('id', '=', gateId).execute()
    return versionView(row)
  })
}

/** The draft, unless nothing may be published of it. What was valid when it was saved is held against today's gate. */
async function publishable(tx: Transaction<Database>, gateId: string): Promise<Draft> {
  const draft = await findDraft(tx, gateId)
  if (draft === undefined || draft.permissions.length === 0) {
    throw new ModeiProblem('request_invalid', 'the draft is empty: save a catalog with permissions first', {
      errors: [{ pointer: '/body', message: 'the draft has no permissions' }],
    })
  }
  if (draft.is_active !== 1) {
    throw new ModeiProblem('conflict', 'the draft is not active: save it with `is_active` to publish it')
  }
  refuseFaults(draft.permissions, await findCurrency(tx, gateId), () => '/body')
  return draft
}

function effectiveAt({ effective_at: text }: PublishRequest): number {
  return text === undefined ? 0 : (parseTimestamp(text) ?? 0)
}

/** A permission as discovery finds it. */
function searchable(
  gateId: string,
  version: number,
  permission: ListedPermission,
): Row<'catalog_permissions'> {
  const { constraints } = permission
  const pricing = pricingOf(constraints)
  return {
    gate_id: gateId,
    version,
    permission_key: permission.permission_key,
    display_name: permission.display_name,
    description: permission.description,
    risk_level: permission.risk_level,
    min_trust_level: permission.min_trust_level,
    pricing_model: pricing?.model ?? null,
    price_cents: pricing?.price_cents ?? null,
    currency: currencyOfCatalog([permission]) ?? 'USD',
    uptime_basis_points: amountOf(constraints, 'core:sla:uptime_basis_points'),
    response_time_ms: amountOf(constraints, 'core:sla:response_time_ms'),
    platform_fee_basis_points: amountOf(constraints, 'core:platform_fee:basis_points'),
  }
}
