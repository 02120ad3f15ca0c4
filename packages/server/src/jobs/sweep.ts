import type { Store } from '../store/store.ts'
import { REPLAY_MS } from '../store/write-once.ts'

/** A statement judged fresh a moment ago may still wait for its decision, so nonces outlive their time by far. */
const NONCE_GRACE_MS = 10 * 60_000

/** Deletes what no request can meet any more: nonces of statements too old to be accepted, answers too old to replay. */
export function sweep(store: Store): Promise<void> {
  return store.write(async (tx, now) => {
    await tx
      .deleteFrom('nonces')
      .where('expires_at', '<', now - NONCE_GRACE_MS)
      .execute()
    await tx
      .deleteFrom('idempotency')
      .where('created_at', '<', now - REPLAY_MS)
      .execute()
  })
}
