import { constraintMapsToJson, narrowsMap, readConstraintMap } from '@modei/core'
import { ModeiProblem, type PassportConstraints } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { jsonObject } from './json.ts'
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
 * @throws {ModeiProblem} `constraint_loosens_grant` when one is looser than what is signed
 */
export async function setConstraints(
  services: Services,
  caller: Caller,
  passportId: string,
  change: (current: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
  claim: IdempotencyClaim | null = null,
): Promise<{ constraints: Record<string, unknown>; version: number }> {
  const passport = await findOwnPassport(services, caller, passportId)
  return writeOnce(services.store, claim, async (tx, now) => {
    const current = await tx
      .selectFrom('passports')
      .select(['constraint_version', 'set_constraints'])
      .where('id', '=', passportId)
      .executeTakeFirstOrThrow()
    const wanted = change(jsonObject(current.set_constraints))
    const text = JSON.stringify(checkedMap(passport, wanted))
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

function checkedMap(
  passport: IssuedPassport,
  map: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const read = readConstraintMap(map, passport.permissions)
  if (!read.ok) {
    throw new ModeiProblem('request_invalid', read.errors[0]?.message ?? 'the constraints are not valid', {
      errors: read.errors.map(({ pointer, message }) => ({ pointer: `/body${pointer}`, message })),
    })
  }
  const loosened = narrowsMap(passport.granted, read)
  if (loosened.length === 0) return map
  const errors = loosened.map(({ permission, key }) => ({
    pointer: permission === undefined ? `/body/${key}` : `/body/${permission}/${key}`,
    message: 'is looser than what the passport grants',
  }))
  throw new ModeiProblem(
    'constraint_loosens_grant',
    `\`${loosened[0]?.key}\` is looser than what the passport grants: reissue it instead`,
    { errors },
  )
}
