import { sql } from 'kysely'
import { BLOCK, STORED_LEVEL, storeNodes } from './merkle-log.ts'
import type { Services } from './services.ts'

/** Chains that are looked at in one run at most; the others follow in the next. */
const MAX_CHAINS = 1000

/**
 * Stores the subtrees of chains that lack some, of so many records at most. Short chains come first: no long one that
 * never had any keeps them waiting.
 * @throws the signal's reason when it stops the run
 */
export async function growTrees(
  { store, logger }: Services,
  records: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const behind = await store.read
    .selectFrom('chains')
    .select(['chain_id', 'head_index'])
    .where('head_index', '>=', ({ selectFrom }) =>
      selectFrom('merkle_nodes')
        // What the chain has to reach for another block of it to be whole.
        .select(sql<number>`(coalesce(max(node_index), -1) + 2) * ${sql.lit(BLOCK)}`.as('wanted'))
        .whereRef('merkle_nodes.chain_id', '=', 'chains.chain_id')
        .where('level', '=', STORED_LEVEL),
    )
    .orderBy('head_index')
    .orderBy('chain_id')
    .limit(MAX_CHAINS)
    .execute()
  let left = records
  for (const { chain_id, head_index } of behind) {
    if (left < BLOCK) return
    try {
      left -= await storeNodes(store, chain_id, head_index, { records: left, signal })
    } catch (err) {
      signal?.throwIfAborted()
      logger.error({ err, chain_id }, 'the tree over the chain was not stored')
    }
  }
}
