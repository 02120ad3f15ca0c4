import { targetHost } from '@modei/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import type { ChainPart } from './chains-of-month.ts'
import { Hindered } from './hindrance.ts'
import { type LogMonth, tableOf } from './months.ts'

/** Places in a chain that one statement goes over: none takes long. */
const SLICE = 2000

/**
 * Copies what totals still read of the records that go: permits to the charges, which every sum of permits adds to
 * those in the log, and how calls ended.
 */
export async function keepSums(tx: Transaction<Database>, month: LogMonth, part: ChainPart): Promise<void> {
  const { chain_id: chain, first_index, chain_index: last } = part
  let seen = 0
  for (let from = first_index; from <= last; from += SLICE) {
    const slice = sql`chain_id = ${chain} and chain_index >= ${from} and chain_index < ${from + SLICE}`
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from ${tableOf(month)} where ${slice}`.execute(tx)
    seen += Number(rows[0]?.count ?? 0)
    const charges = await permits(tx, month, slice)
    if (charges.length > 0) await tx.insertInto('ancestor_charges').values(charges).execute()
    await sql`
      insert into removed_outcomes (chain_id, chain_index, at, action, outcome)
      select chain_id, chain_index, created_at, action, reason_code from ${tableOf(month)}
      where ${slice} and type = 'consumption' and action is not null and reason_code is not null`.execute(tx)
    await sql`
      delete from anonymous_repeats r using ${tableOf(month)} a
      where ${slice} and a.workspace_id = r.workspace_id and a.id = r.attestation_id`.execute(tx)
  }
  if (seen !== last - first_index + 1) {
    throw new Hindered('unverified', `of ${chain}, ${last - first_index + 1 - seen} records are not there`)
  }
}

async function permits(
  db: Kysely<Database>,
  month: LogMonth,
  slice: ReturnType<typeof sql>,
): Promise<Row<'ancestor_charges'>[]> {
  const { rows } = await sql<
    Pick<Row<'attestations'>, 'workspace_id' | 'id' | 'created_at' | 'action' | 'cost_cents' | 'target'> & {
      counter_key: string
    }
  >`
    select workspace_id, counter_key, id, created_at, action, cost_cents, target from ${tableOf(month)}
    where ${slice} and counter_key is not null`.execute(db)
  return rows.map(({ id, created_at, target, action, ...charge }) => ({
    ...charge,
    attestation_id: id,
    at: created_at,
    action: action ?? '',
    target_host: (target === null ? undefined : targetHost(target)) ?? null,
  }))
}
