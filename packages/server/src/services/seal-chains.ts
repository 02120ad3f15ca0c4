import { sealChain } from './checkpoints.ts'
import { growTrees } from './grow-trees.ts'
import type { Services } from './services.ts'

/** Chains that are sealed in one run at most; the others follow in the next. */
const MAX_CHAINS = 1000
/** Records whose subtrees one run stores at most: a log of many millions that never had any takes several runs. */
const RECORDS_A_RUN = 2_000_000

/**
 * Keeps a checkpoint of every chain that went on since the last one, but those of archived gates, which sign no more. Whoever gets hold of a key can then not pass
 * for what was recorded before, even where nobody ever asked for a checkpoint. The trees over the logs grow along, so
 * that whoever asks for a root or a proof of a long one does not wait for all of it.
 * @param records whose subtrees are stored at most
 * @throws the signal's reason when it stops the run between two chains, or two steps of a tree
 */
export async function sealChains(
  services: Services,
  signal?: AbortSignal,
  records = RECORDS_A_RUN,
): Promise<void> {
  const { store, logger } = services
  const moved = await store.read
    .selectFrom('chains')
    // What has no gate is the workspace's own chain.
    .leftJoin('gates', 'gates.id', 'chains.chain_id')
    .select(['chains.chain_id', 'chains.workspace_id'])
    .where('gates.deleted_at', 'is', null)
    .where('chains.head_index', '>', ({ selectFrom }) =>
      selectFrom('checkpoints')
        .select(({ fn, val }) => fn.coalesce(fn.max('checkpoints.chain_index'), val(0)).as('sealed'))
        .whereRef('checkpoints.chain_id', '=', 'chains.chain_id'),
    )
    .orderBy('chains.chain_id')
    .limit(MAX_CHAINS)
    .execute()
  for (const chain of moved) {
    signal?.throwIfAborted()
    try {
      await store.write((tx, now) => sealChain(services, tx, chain, now))
    } catch (err) {
      logger.error({ err, chain_id: chain.chain_id }, 'the chain was not sealed')
    }
  }
  await growTrees(services, records, signal)
}
