import type { Caller } from '../http/call.ts'
import type { Row } from '../store/store.ts'
import { findRegisteredRow } from './find-presented.ts'
import type { IssuedPassport } from './passport-cache.ts'
import { passportNotFound } from './passports.ts'
import type { Services } from './services.ts'

/** A passport that has counters in the caller's workspace, whoever issued it. */
export interface UsedPassport {
  passport_id: string
  agent_id: string | null
  counter_key: string
  sequence_key: string
  /** The passport itself, where the caller's workspace issued it. */
  issued: IssuedPassport | undefined
  /** The text of its envelope, where it is registered. */
  registered_json: string | undefined
}

/**
 * Finds a passport by what its decisions left in the workspace. One that was never used here, and that the workspace
 * did not issue, answers like one that does not exist.
 */
export async function findUsedPassport(
  services: Services,
  caller: Caller,
  passportId: string,
): Promise<UsedPassport> {
  const issued = await services.passports.find(passportId)
  if (issued === undefined) return findUsedHeld(services, caller, passportId)
  const { row } = issued
  const own = row.workspace_id === caller.workspace_id
  if (!own) {
    // Another workspace's issuer, trusted by a gate of this one: it has counters of its own here.
    const used = await counterRows(services, caller, [row.counter_key, row.id])
    if (used.length === 0) throw passportNotFound(passportId)
  }
  return {
    passport_id: row.id,
    agent_id: row.agent_id,
    counter_key: row.counter_key,
    sequence_key: row.id,
    issued: own ? issued : undefined,
    registered_json: undefined,
  }
}

/** A passport that no server issued goes by its id and its key; by id alone, the registered one is meant. */
async function findUsedHeld(services: Services, caller: Caller, passportId: string): Promise<UsedPassport> {
  const { store } = services
  const rows = await store.read
    .selectFrom('counters')
    .selectAll()
    .where('workspace_id', '=', caller.workspace_id)
    // Everything that starts with the id and `#`: `$` is the character after it.
    .where('counter_key', '>', `${passportId}#`)
    .where('counter_key', '<', `${passportId}$`)
    .orderBy('last_decision_at', 'desc')
    .orderBy('counter_key')
    .execute()
  const registered = await findRegisteredRow(services, passportId)
  const key = registered?.passport_key
  const row = rows.find(({ counter_key }) => counter_key === key) ?? rows[0]
  if (row === undefined) throw passportNotFound(passportId)
  const isRegistered = row.counter_key === key
  return {
    passport_id: passportId,
    agent_id: isRegistered ? (registered?.agent_id ?? null) : await lastAgent(services, caller, row),
    counter_key: row.counter_key,
    sequence_key: row.counter_key,
    issued: undefined,
    registered_json: isRegistered ? registered?.passport_json : undefined,
  }
}

function counterRows({ store }: Services, caller: Caller, keys: readonly string[]) {
  return store.read
    .selectFrom('counters')
    .select('counter_key')
    .where('workspace_id', '=', caller.workspace_id)
    .where('counter_key', 'in', keys)
    .execute()
}

async function lastAgent(
  { store }: Services,
  caller: Caller,
  { last_attestation_id: id }: Row<'counters'>,
): Promise<string | null> {
  if (id === null) return null
  const row = await store.read
    .selectFrom('attestations')
    .select('agent_id')
    .where('workspace_id', '=', caller.workspace_id)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.agent_id ?? null
}
