import { canMoveSettlement, type SettlementState } from '@modei/core'
import { ModeiProblem, type SettlementList, type SettlementSummary } from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Caller } from '../http/call.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import type { Services } from './services.ts'
import { settlementView } from './settlement-view.ts'

export interface SettlementFilter {
  gate_id?: string | undefined
  agent_id?: string | undefined
  period_type?: 'daily' | 'weekly' | 'monthly' | undefined
  status?: SettlementState | undefined
  /** Settlements whose period ends on this UTC day or later. */
  from?: string | undefined
  /** Settlements whose period starts on this UTC day or earlier. */
  to?: string | undefined
  limit: number
  offset: number
}

/** A page of the workspace's settlements, newest first, and how many match. */
export async function listSettlements(
  { store }: Services,
  caller: Caller,
  filter: SettlementFilter,
): Promise<SettlementList> {
  let query = store.read.selectFrom('settlements').where('workspace_id', '=', caller.workspace_id)
  if (filter.gate_id !== undefined) query = query.where('gate_id', '=', filter.gate_id)
  if (filter.agent_id !== undefined) query = query.where('agent_id', '=', filter.agent_id)
  if (filter.period_type !== undefined) query = query.where('period_type', '=', filter.period_type)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  // Days as text sort as days do; of a time, its UTC day counts.
  if (filter.from !== undefined) query = query.where('period_end', '>=', utcDay(filter.from))
  if (filter.to !== undefined) query = query.where('period_start', '<=', utcDay(filter.to))
  const { total } = await query.select(({ fn }) => fn.countAll().as('total')).executeTakeFirstOrThrow()
  const rows = await query
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  return {
    settlements: rows.map(settlementView),
    total: Number(total),
    limit: filter.limit,
    offset: filter.offset,
  }
}

function utcDay(text: string): string {
  return text.length === 10 ? text : new Date(text).toISOString().slice(0, 10)
}

async function findSettlement(db: Kysely<Database>, caller: Caller, id: string): Promise<Row<'settlements'>> {
  const row = await db
    .selectFrom('settlements')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', caller.workspace_id)
    .executeTakeFirst()
  if (row === undefined) throw new ModeiProblem('not_found', `no settlement \`${id}\``)
  return row
}

export async function getSettlement(
  { store }: Services,
  caller: Caller,
  id: string,
): Promise<SettlementSummary> {
  return settlementView(await findSettlement(store.read, caller, id))
}

/** Moves a settlement on. Voiding it releases its receipts, so that they can be settled again. */
export function moveSettlement(
  { store }: Services,
  caller: Caller,
  id: string,
  status: SettlementState,
  claim: IdempotencyClaim | null,
): Promise<SettlementSummary> {
  return writeOnce(store, claim, async (tx) => {
    const row = await findSettlement(tx, caller, id)
    if (!canMoveSettlement(row.status, status)) {
      throw new ModeiProblem(
        'illegal_transition',
        `a settlement that is ${row.status} cannot become ${status}`,
      )
    }
    await tx.updateTable('settlements').set({ status }).where('id', '=', id).execute()
    if (status === 'void') await tx.deleteFrom('settlement_lines').where('settlement_id', '=', id).execute()
    return settlementView({ ...row, status })
  })
}
