import { constraintMapsToJson, type LoosenedConstraint, narrowsMap, readConstraintMap } from '@modei/core'
import { ModeiProblem, type PassportConstraints } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import type { LoadedCatalog } from './catalog-cache.ts'
import { jsonObject } from './json.ts'
import { loosenedCatalog } from './loosened-catalog.ts'
import { constraintsInForce } from './own-constraints.ts'
import type { IssuedPassport } from './passport-cache.ts'
import { passportNotFound } from './passports.ts'
import type { Services } from './services.ts'

/** A passport of the caller's workspace. */
export async function findOwnPassport(
  { passports }: Services,
  caller: Caller,
  passportId: string,
): Promise<IssuedPassport> {
  const passport = await passports.find(passportId)
  if (passport === undefined || passport.row.workspace_id !== caller.workspace_id)
    throw passportNotFound(passportId)
  return passport
}

/** What is in force for a passport, what of it is signed, and what was set here. */
export async function getConstraints(
  services: Services,
  caller: Caller,
  passportId: string,
): Promise<PassportConstraints> {
  const passport = await findOwnPassport(services, caller, passportId)
  const live = await services.store.read
    .selectFrom('passports')
    .select(['constraint_version', 'set_constraints'])
    .where('id', '=', passportId)
    .executeTakeFirstOrThrow()
  return {
    passport_id: passportId,
    constraints: constraintMapsToJson(constraintsInForce(passport, live.set_constraints)),
    granted: constraintMapsToJson(passport.granted),
    set: jsonObject(live.set_constraints),
    version: live.constraint_version,
  }
}

/**
 * Sets constraints beside the grant, all of them at once. They hold from the next decision on.
 * @throws {ModeiProblem} `constraint_loosens_grant` when one is looser than what is signed or the catalog sets
 */
export async function setConstraints(
  services: Services,
  caller: Caller,
  passportId: string,
  change: (current: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
  claim: IdempotencyClaim | null = null,
): Promise<{ constraints: Record<string, unknown>; version: number }> {
  const passport = await findOwnPassport(services, caller, passportId)
  const { gate_id: gateId, catalog_version: pin } = passport.row
  const catalog = gateId === null || pin === null ? undefined : await services.catalogs.find(gateId, pin)
  return writeOnce(services.store, claim, async (tx, now) => {
    const current = await tx
      .selectFrom('passports')
      .select(['constraint_version', 'set_constraints'])
      .where('id', '=', passportId)
      .executeTakeFirstOrThrow()
    const wanted = change(jsonObject(current.set_constraints))
    assertTightens(passport, catalog, wanted)
    const text = JSON.stringify(wanted)
    const version = current.constraint_version + 1
    const entry: Row<'constraint_versions'> = {
      passport_id: passportId,
      workspace_id: caller.workspace_id,
      version,
      constraints: text,
      set_by: caller.key_id,
      set_at: now,
    }
    await tx.insertInto('constraint_versions').values(entry).execute()
    await tx
      .updateTable('passports')
      .set({ constraint_version: version, set_constraints: text })
      .where('id', '=', passportId)
      .execute()
    return { constraints: constraintMapsToJson(constraintsInForce(passport, text)), version }
  })
}

/** Refuses a map that is not valid, or looser than what is signed or what the pinned catalog sets. */
function assertTightens(
  passport: IssuedPassport,
  catalog: LoadedCatalog | undefined,
  map: Readonly<Record<string, unknown>>,
): void {
  const read = readConstraintMap(map, passport.permissions)
  if (!read.ok) {
    throw new ModeiProblem('request_invalid', read.errors[0]?.message ?? 'the constraints are not valid', {
      errors: read.errors.map(({ pointer, message }) => ({ pointer: `/body${pointer}`, message })),
    })
  }
  refuseLoosened(narrowsMap(passport.granted, read), 'the passport grants')
  if (catalog !== undefined) {
    refuseLoosened(loosenedCatalog(catalog, passport.permissions, read), 'its catalog sets')
  }
}

function refuseLoosened(loosened: readonly LoosenedConstraint[], than: string): void {
  const [first] = loosened
  if (first === undefined) return
  throw new ModeiProblem(
    'constraint_loosens_grant',
    `\`${first.key}\` is looser than what ${than}: reissue the passport instead`,
    {
      errors: loosened.map(({ permission, key }) => ({
        pointer: permission === undefined ? `/body/${key}` : `/body/${escapePointer(permission)}/${key}`,
        message: `is looser than what ${than}`,
      })),
    },
  )
}

function escapePointer(permission: string): string {
  return permission.replaceAll('~', '~0').replaceAll('/', '~1')
}
