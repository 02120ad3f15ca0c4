import { ModeiProblem } from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from './schema.ts'
import { type IdempotencyClaim, IdempotentReplay, type Store } from './store.ts'

/** How long a stored answer is replayed. */
export const REPLAY_MS = 24 * 60 * 60 * 1000

/** Throws the stored answer to a repeat, or a conflict when the key was used with another request. */
export async function findReplay(db: Kysely<Database>, claim: IdempotencyClaim, now: number): Promise<void> {
  const stored = await db
    .selectFrom('idempotency')
    .select(['fingerprint', 'status', 'body'])
    .where('workspace_id', '=', claim.workspace_id)
    .where('key_id', '=', claim.key_id)
    .where('method', '=', claim.method)
    .where('path', '=', claim.path)
    .where('idempotency_key', '=', claim.idempotency_key)
    .where('created_at', '>', now - REPLAY_MS)
    .executeTakeFirst()
  if (stored === undefined) return
  if (stored.fingerprint === claim.fingerprint) throw new IdempotentReplay(stored.status, stored.body)
  throw new ModeiProblem('idempotency_conflict', 'this idempotency key was used with another request')
}

/** One transaction that records its answer under the caller's idempotency key, when there is one. */
export function writeOnce<T>(
  store: Store,
  claim: IdempotencyClaim | null,
  work: (tx: Transaction<Database>, now: number) => Promise<T>,
): Promise<T> {
  return store.write(async (tx, now) => {
    if (claim !== null) await findReplay(tx, claim, now)
    const result = await work(tx, now)
    if (claim !== null) {
      const { encode, ...columns } = claim
      await tx
        .deleteFrom('idempotency')
        .where('workspace_id', '=', claim.workspace_id)
        .where('key_id', '=', claim.key_id)
        .where('method', '=', claim.method)
        .where('path', '=', claim.path)
        .where('idempotency_key', '=', claim.idempotency_key)
        .execute()
      await tx
        .insertInto('idempotency')
        .values({ ...columns, ...encode(result), created_at: now })
        .execute()
    }
    return result
  })
}
