import { ModeiProblem } from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Database } from '../store/schema.ts'
import { gateNotFound } from './gates.ts'

/** Whose log: a gate's, or that of a workspace's records at no gate. */
export type LogOwner = { gate_id: string } | { workspace_id: string }

export interface Chain {
  /** Also the owner of the keys that sign it. */
  chain_id: string
  workspace_id: string
  /** Its gate signs nothing more. */
  archived: boolean
}

/** The chain of an owner, who must be there; it may have no record yet. */
export async function findChain(db: Kysely<Database>, owner: LogOwner): Promise<Chain> {
  if ('gate_id' in owner) {
    const { gate_id } = owner
    const gate = await db
      .selectFrom('gates')
      .select(['workspace_id', 'deleted_at'])
      .where('id', '=', gate_id)
      .executeTakeFirst()
    if (gate === undefined) throw gateNotFound(gate_id)
    return { chain_id: gate_id, workspace_id: gate.workspace_id, archived: gate.deleted_at !== null }
  }
  const { workspace_id } = owner
  const found = await db
    .selectFrom('workspaces')
    .select('id')
    .where('id', '=', workspace_id)
    .executeTakeFirst()
  if (found === undefined) throw new ModeiProblem('not_found', `no workspace \`${workspace_id}\``)
  return { chain_id: workspace_id, workspace_id, archived: false }
}
