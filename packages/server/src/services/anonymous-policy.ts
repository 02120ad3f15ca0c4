import type { AnonymousRules } from '@modei/core'
import type { AnonymousPolicy } from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Caller } from '../http/call.ts'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import { findOwnGate, refuseArchived } from './gates.ts'
import { stringList } from './json.ts'
import type { Services } from './services.ts'

export type AnonymousAccess = AnonymousRules & Pick<AnonymousPolicy, 'upgrade_message' | 'upgrade_url'>

/** A gate that was told nothing admits nobody. */
const NOBODY: AnonymousAccess = {
  enabled: false,
  allowed_actions: [],
  blocked_actions: [],
  rate_limit_per_minute: 5,
  rate_limit_per_hour: 50,
  read_only: true,
  upgrade_message: null,
  upgrade_url: null,
}

/** What callers without a passport may do at a gate. */
export async function findAnonymousAccess(db: Kysely<Database>, gateId: string): Promise<AnonymousAccess> {
  const row = await db
    .selectFrom('anonymous_policies')
    .selectAll()
    .where('gate_id', '=', gateId)
    .executeTakeFirst()
  return row === undefined ? NOBODY : accessOf(row)
}

function accessOf(row: Row<'anonymous_policies'>): AnonymousAccess {
  return {
    enabled: row.enabled === 1,
    allowed_actions: stringList(row.allowed_actions),
    blocked_actions: stringList(row.blocked_actions),
    rate_limit_per_minute: row.rate_limit_per_minute,
    rate_limit_per_hour: row.rate_limit_per_hour,
    read_only: row.read_only === 1,
    upgrade_message: row.upgrade_message,
    upgrade_url: row.upgrade_url,
  }
}

export async function getAnonymousPolicy(
  { store }: Services,
  caller: Caller,
  gateId: string,
): Promise<AnonymousPolicy> {
  await findOwnGate(store.read, caller.workspace_id, gateId)
  return view(gateId, await findAnonymousAccess(store.read, gateId))
}

function view(gateId: string, access: AnonymousAccess): AnonymousPolicy {
  const { allowed_actions, blocked_actions } = access
  return {
    ...access,
    gate_id: gateId,
    allowed_actions: [...allowed_actions],
    blocked_actions: [...blocked_actions],
  }
}

export type AnonymousChanges = { [K in keyof AnonymousAccess]?: AnonymousAccess[K] | undefined } & {
  /** Another name of `allowed_actions`. */
  permissions?: readonly string[] | undefined
}

/** Changes what callers without a passport may do; what is left out keeps its value. */
export function setAnonymousPolicy(
  { store }: Services,
  caller: Caller,
  gateId: string,
  { permissions, ...changes }: AnonymousChanges,
): Promise<AnonymousPolicy> {
  return store.write(async (tx, now) => {
    const gate = await findOwnGate(tx, caller.workspace_id, gateId)
    refuseArchived(gate)
    const current = await findAnonymousAccess(tx, gateId)
    const access: AnonymousAccess = {
      enabled: changes.enabled ?? current.enabled,
      allowed_actions: changes.allowed_actions ?? permissions ?? current.allowed_actions,
      blocked_actions: changes.blocked_actions ?? current.blocked_actions,
      rate_limit_per_minute: changes.rate_limit_per_minute ?? current.rate_limit_per_minute,
      rate_limit_per_hour: changes.rate_limit_per_hour ?? current.rate_limit_per_hour,
      read_only: changes.read_only ?? current.read_only,
      // `null` takes a text away.
      upgrade_message:
        changes.upgrade_message === undefined ? current.upgrade_message : changes.upgrade_message,
      upgrade_url: changes.upgrade_url === undefined ? current.upgrade_url : changes.upgrade_url,
    }
    const columns = {
      ...access,
      enabled: access.enabled ? 1 : 0,
      allowed_actions: JSON.stringify(access.allowed_actions),
      blocked_actions: JSON.stringify(access.blocked_actions),
      read_only: access.read_only ? 1 : 0,
      updated_at: now,
    }
    await tx
      .insertInto('anonymous_policies')
      .values({ gate_id: gateId, workspace_id: caller.workspace_id, ...columns })
      .onConflict((conflict) => conflict.column('gate_id').doUpdateSet(columns))
      .execute()
    return view(gateId, access)
  })
}
