import { type Kysely, sql } from 'kysely'
import { newestStatement } from '../services/retention-statements.ts'
import type { Database } from '../store/schema.ts'
import { type ChainPart, chainsOfMonth } from './chains-of-month.ts'
import type { Hindrance } from './hindrance.ts'
import { type LogMonth, logMonths, tableOf } from './months.ts'

/** What keeps a whole month, whatever its chains are like. */
export async function findHindrance(
  db: Kysely<Database>,
  month: LogMonth,
  now: number,
): Promise<Hindrance | undefined> {
  const [oldest] = await logMonths(db)
  if (oldest !== undefined && oldest.table < month.table) {
    return { reason: 'older_records', detail: `${oldest.month} is still there` }
  }
  if (await any(db, sql`select 1 from attestations_default where created_at < ${month.end} limit 1`)) {
    return { reason: 'older_records', detail: 'the default partition holds records as old as that' }
  }
  const held = await first(
    db,
    sql<{ id: string }>`
      select p.id from approvals p join ${tableOf(month)} a
      on a.workspace_id = p.workspace_id and a.id = p.attestation_id
      where p.status in ('pending', 'approved') and p.expires_at > ${now} limit 1`,
  )
  if (held !== undefined) return { reason: 'open_hold', detail: `the approval ${held.id} is open` }
  // Only a paid settlement can no longer be voided, which would ask for its receipts again.
  const open = await first(
    db,
    sql<{ id: string; gate_id: string }>`
      select a.id, a.chain_id as gate_id from ${tableOf(month)} a where a.type = 'consumption' and not exists (
        select 1 from settlement_lines l join settlements s on s.id = l.settlement_id
        where l.attestation_id = a.id and s.status = 'paid') limit 1`,
  )
  if (open !== undefined) {
    return { reason: 'unsettled', detail: `${open.id} of ${open.gate_id} is in no settlement that is paid` }
  }
  return undefined
}

/** What keeps a month for the sake of one of its chains. */
export async function findChainHindrance(
  db: Kysely<Database>,
  month: LogMonth,
  part: ChainPart,
): Promise<Hindrance | undefined> {
  const { chain_id: chain, chain_index: last } = part
  const start = (await newestStatement(db, chain))?.first_kept_index ?? 1
  if (part.first_index !== start) {
    return { reason: 'not_a_prefix', detail: `record ${start} of ${chain} is not in it` }
  }
  const early = await first(
    db,
    sql<{ chain_index: number }>`
      select chain_index from attestations where chain_id = ${chain} and chain_index <= ${last}
      and created_at >= ${month.end} limit 1`,
  )
  if (early !== undefined) {
    return {
      reason: 'not_a_prefix',
      detail: `record ${early.chain_index} of ${chain} is of a later month than record ${last}`,
    }
  }
  const sealed = sql`select 1 from checkpoints where chain_id = ${chain} and chain_index >= ${last} limit 1`
  if (!(await any(db, sealed))) {
    return { reason: 'unsealed', detail: `no checkpoint covers record ${last} of ${chain} yet` }
  }
  return undefined
}

/** The first hindrance of a month, without verifying a record. */
export async function findAnyHindrance(
  db: Kysely<Database>,
  month: LogMonth,
  now: number,
): Promise<Hindrance | undefined> {
  const found = await findHindrance(db, month, now)
  if (found !== undefined) return found
  for await (const part of chainsOfMonth(db, month)) {
    const hindrance = await findChainHindrance(db, month, part)
    if (hindrance !== undefined) return hindrance
  }
  return undefined
}

async function first<T>(db: Kysely<Database>, query: ReturnType<typeof sql<T>>): Promise<T | undefined> {
  return (await query.execute(db)).rows[0]
}

async function any(db: Kysely<Database>, query: ReturnType<typeof sql>): Promise<boolean> {
  return (await query.execute(db)).rows.length > 0
}
