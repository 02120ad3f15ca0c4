import { createHash } from 'node:crypto'
import { canonicalJson, ModeiProblem, type Operation } from '@modei/protocol'
import type { IdempotencyClaim, Store } from '../store/store.ts'
import { findReplay } from '../store/write-once.ts'
import type { Caller } from './call.ts'

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/

/** Reads the `Idempotency-Key` of a keyed POST into a claim. Without a key of an account there is nothing to claim. */
export function claimOf(
  operation: Operation,
  caller: Caller,
  header: string | undefined,
  request: { path(): string; query: unknown; body: unknown },
  encode: IdempotencyClaim['encode'],
): IdempotencyClaim | null {
  if (header === undefined || operation.method !== 'POST' || operation.effect === 'read') return null
  if (!KEY.test(header)) {
    throw new ModeiProblem('request_invalid', '`Idempotency-Key` must be 1 to 255 printable characters', {
      errors: [{ pointer: '/headers/idempotency-key', message: 'must be 1 to 255 printable characters' }],
    })
  }
  const content = canonicalJson([{ ...Object(request.query) }, request.body ?? null])
  return {
    workspace_id: caller.workspace_id,
    key_id: caller.key_id,
    method: operation.method,
    path: request.path(),
    idempotency_key: header,
    fingerprint: createHash('sha256').update(content).digest('hex'),
    encode,
  }
}

/**
 * Runs a claimed request once: a repeat of a finished one is replayed (thrown as `IdempotentReplay`), a repeat of
 * one that still runs in this process is told to wait. Across processes the table's primary key decides.
 */
export class RunningClaims {
  readonly #running = new Set<string>()

  async run<T>(store: Store, claim: IdempotencyClaim | null, work: () => Promise<T>): Promise<T> {
    if (claim === null) return work()
    const id = JSON.stringify([
      claim.workspace_id,
      claim.key_id,
      claim.method,
      claim.path,
      claim.idempotency_key,
    ])
    if (this.#running.has(id)) {
      throw new ModeiProblem('idempotency_in_flight', 'the first request with this key is still running', {
        retryAfter: 1,
      })
    }
    this.#running.add(id)
    try {
      await findReplay(store.read, claim, await store.now())
      return await work()
    } finally {
      this.#running.delete(id)
    }
  }
}
