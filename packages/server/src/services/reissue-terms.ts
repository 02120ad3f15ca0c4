import {
  changesFor,
  diffCatalogs,
  hasBreakingChange,
  type ListedPermission,
  uncoveredGrants,
} from '@modei/core'
import { type CatalogChange, formatTimestamp, ModeiProblem } from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import type { CatalogPin } from './catalog-pin.ts'
import { findVersion, findVersionInEffect, permissionsOf } from './catalog-rows.ts'
import { stringList } from './json.ts'

export interface ReissueTerms {
  catalog: CatalogPin | null
  /** The grants that reach something in that catalog. */
  permissions: string[]
  /** What the passport can feel of the step from its present terms. */
  changes: CatalogChange[]
}

/**
 * The terms that a passport moves to: those in effect, or the version that was accepted by name.
 * @throws {ModeiProblem} `terms_changed` when the holder would be worse off and nobody accepted it
 */
export async function reissueTerms(
  tx: Transaction<Database>,
  passport: Row<'passports'>,
  accepted: number | undefined,
  now: number,
): Promise<ReissueTerms> {
  const grants = stringList(passport.permissions)
  const { gate_id: gateId } = passport
  const current = gateId === null ? undefined : await findVersionInEffect(tx, gateId, now)
  if (gateId === null || current === undefined) {
    if (accepted !== undefined) throw unacceptable('the passport’s issuer has no catalog in effect')
    return { catalog: null, permissions: grants, changes: [] }
  }
  const pinned =
    passport.catalog_version === null ? undefined : await findVersion(tx, gateId, passport.catalog_version)
  // What is pinned to nothing is judged by the version in effect.
  const base = pinned ?? current
  const target = accepted === undefined ? current : await findVersion(tx, gateId, accepted)
  if (target === undefined) throw unacceptable(`the gate published no version ${accepted}`)
  refuseUntimely(target, base, now)
  const listed = permissionsOf(target)
  const changes = changesFor(grants, diffCatalogs(permissionsOf(base), listed))
  if (accepted === undefined && hasBreakingChange(changes)) throw termsChanged(target.version, changes)
  return {
    catalog: { version: target.version, content_hash: target.content_hash },
    permissions: remaining(grants, listed, target.version),
    changes,
  }
}

function refuseUntimely(target: Row<'catalog_versions'>, base: Row<'catalog_versions'>, now: number): void {
  if (target.version < base.version) {
    throw unacceptable(`version ${target.version} is older than version ${base.version}, which applies now`)
  }
  if (target.effective_at > now) {
    throw unacceptable(
      `version ${target.version} is in effect from ${formatTimestamp(target.effective_at)} on`,
    )
  }
}

/** A removed permission goes from the passport too: every permission of a pinned passport reaches its catalog. */
function remaining(
  grants: readonly string[],
  listed: readonly ListedPermission[],
  version: number,
): string[] {
  const lacking = uncoveredGrants(grants, new Set(listed.map(({ permission_key }) => permission_key)))
  const kept = grants.filter((grant) => !lacking.includes(grant))
  if (kept.length === 0) throw unacceptable(`version ${version} lists none of the passport’s permissions`)
  return kept
}

function unacceptable(message: string): ModeiProblem {
  return new ModeiProblem('request_invalid', message, {
    errors: [{ pointer: '/body/accept_catalog_version', message }],
  })
}

function termsChanged(version: number, changes: readonly CatalogChange[]): ModeiProblem {
  return new ModeiProblem(
    'terms_changed',
    `catalog version ${version} leaves the holder worse off: accept it with \`accept_catalog_version\``,
    { extra: { catalog_version: version, has_breaking_changes: true, changes } },
  )
}
