import { newestStatement, stateRetention } from '../services/retention-statements.ts'
import type { Services } from '../services/services.ts'

/** Signs anew where a chain begins, where the key that said so was declared compromised: nobody believes it since. */
export async function restateCompromised({ store, box }: Pick<Services, 'store' | 'box'>): Promise<void> {
  const chains = await store.read
    .selectFrom('signing_keys')
    .innerJoin('retention_statements', 'retention_statements.signing_key_id', 'signing_keys.id')
    .select('retention_statements.chain_id')
    .distinct()
    .where('signing_keys.status', '=', 'compromised')
    .execute()
  for (const { chain_id } of chains) {
    await store.write(async (tx, now) => {
      const row = await newestStatement(tx, chain_id)
      if (row === undefined) return
      const key = await tx
        .selectFrom('signing_keys')
        .select('status')
        .where('id', '=', row.signing_key_id)
        .executeTakeFirst()
      if (key?.status !== 'compromised') return
      const { workspace_id, first_kept_index, previous_hash } = row
      const last = { chain_id, workspace_id, chain_index: first_kept_index - 1, chain_hash: previous_hash }
      await stateRetention(box, tx, last, now)
    })
  }
}
