import { ModeiProblem } from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import { ROW_KEYS } from './columns.ts'
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

/**
 * Takes the claim for the transaction, so that another one with the same claim waits for its end.
 * Both this and the answer are written by insertion and never looked up: where transactions are serializable, a
 * look-up would make strangers' claims beside it a conflict.
 */
async function takeClaim(tx: Transaction<Database>, claim: IdempotencyClaim, now: number): Promise<void> {
  const { encode: _encode, ...columns } = claim
  const row = { ...columns, status: 0, body: '', created_at: now }
  const taken = await tx
    .insertInto('idempotency')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(ROW_KEYS.idempotency)
        .doUpdateSet({ fingerprint: row.fingerprint, status: 0, body: '', created_at: now })
        .where('idempotency.created_at', '<=', now - REPLAY_MS),
    )
    .returning('created_at')
    .executeTakeFirst()
  if (taken !== undefined) return
  await findReplay(tx, claim, now)
  throw new Error('a claim was neither taken nor answered before')
}

async function keepAnswer(
  tx: Transaction<Database>,
  claim: IdempotencyClaim,
  result: unknown,
  now: number,
): Promise<void> {
  const { encode, ...columns } = claim
  const answer = encode(result)
  await tx
    .insertInto('idempotency')
    .values({ ...columns, ...answer, created_at: now })
    .onConflict((conflict) => conflict.columns(ROW_KEYS.idempotency).doUpdateSet(answer))
    .execute()
}

/** One transaction that records its answer under the caller's idempotency key, when there is one. */
export function writeOnce<T>(
  store: Store,
  claim: IdempotencyClaim | null,
  work: (tx: Transaction<Database>, now: number) => Promise<T>,
): Promise<T> {
  return store.write(async (tx, now) => {
    if (claim === null) return work(tx, now)
    await takeClaim(tx, claim, now)
    const result = await work(tx, now)
    await keepAnswer(tx, claim, result, now)
    return result
  })
}
