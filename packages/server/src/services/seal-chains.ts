import { sealChain } from './checkpoints.ts'
import type { Services } from './services.ts'

/** Chains that are sealed in one run at most; the others follow in the next. */
const MAX_CHAINS = 1000

/**
 * Keeps a checkpoint of every gate whose chain went on since the last one. Whoever gets hold of a key can then not pass
 * for what was recorded before, even where nobody ever asked for a checkpoint.
 * @throws the signal's reason when it stops the run between two chains
 */
export async function sealChains(services: Services, signal?: AbortSignal): Promise<void> {
  const { store, logger } = services
  const moved = await store.read
    .selectFrom('chains')
    .innerJoin('gates', 'gates.id', 'chains.chain_id')
    .select(['gates.id', 'gates.workspace_id'])
    .where('gates.deleted_at', 'is', null)
    .where('chains.head_index', '>', ({ selectFrom }) =>
      selectFrom('checkpoints')
        .select(({ fn, val }) => fn.coalesce(fn.max('checkpoints.chain_index'), val(0)).as('sealed'))
        .whereRef('checkpoints.chain_id', '=', 'chains.chain_id'),
    )
    .orderBy('gates.id')
    .limit(MAX_CHAINS)
    .execute()
  for (const gate of moved) {
    signal?.throwIfAborted()
    try {
      await store.write((tx, now) => sealChain(services, tx, gate, now))
    } catch (err) {
      logger.error({ err, gate_id: gate.id }, 'the chain was not sealed')
    }
  }
}
