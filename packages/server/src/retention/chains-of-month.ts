import { type Kysely, sql } from 'kysely'
import type { Database } from '../store/schema.ts'
import { type LogMonth, tableOf } from './months.ts'

/** What a month holds of one chain: from its first record there to its last. */
export interface ChainPart {
  chain_id: string
  workspace_id: string
  first_index: number
  /** The last one. */
  chain_index: number
  chain_hash: string
}

/** The chains that have records in a month, one by one: each is found by the index, so no read takes long. */
export async function* chainsOfMonth(db: Kysely<Database>, month: LogMonth): AsyncGenerator<ChainPart> {
  let after = ''
  while (true) {
    const first = await edge(db, month, sql`chain_id > ${after}`, sql`chain_id, chain_index`)
    if (first === undefined) return
    after = first.chain_id
    const last = await edge(db, month, sql`chain_id = ${after}`, sql`chain_id desc, chain_index desc`)
    if (last === undefined) throw new Error(`the records of ${after} went away while they were read`)
    yield { ...last, first_index: first.chain_index }
  }
}

async function edge(
  db: Kysely<Database>,
  month: LogMonth,
  condition: ReturnType<typeof sql>,
  order: ReturnType<typeof sql>,
): Promise<Omit<ChainPart, 'first_index'> | undefined> {
  const { rows } = await sql<Omit<ChainPart, 'first_index'>>`
    select chain_id, workspace_id, chain_index, chain_hash from ${tableOf(month)}
    where ${condition} order by ${order} limit 1`.execute(db)
  return rows[0]
}
