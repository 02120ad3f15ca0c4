import { setTimeout as delay } from 'node:timers/promises'
import { encodeHex, leafHash, utf8Bytes } from '@modei/protocol'
import { verifyChainStream } from '@modei/protocol/crypto/chain'
import type { ChainLink, ChainRecord } from '@modei/protocol/crypto/chain-record'
import { type Kysely, sql } from 'kysely'
import { BLOCK, storeNodes } from '../services/merkle-log.ts'
import type { Database } from '../store/schema.ts'
import type { Row, Store } from '../store/store.ts'
import { type ChainPart, chainsOfMonth } from './chains-of-month.ts'
import { Hindered } from './hindrance.ts'
import { type LogMonth, tableOf } from './months.ts'

/** Records that are verified between two notes of how far it came. */
const SLICE = 64 * BLOCK

/** How much may be done at once. */
export interface Budget {
  /** Records that may still be verified in this run. */
  records: number
  signal?: AbortSignal | undefined
  /** Waits as long as it worked, so that deciding keeps most of the machine. */
  isPolite: boolean
}

/**
 * Verifies every record of a month, and keeps the hashes that proofs about them need. It goes on where an earlier run
 * stopped: what is verified does not change, for the database refuses to change it.
 * @returns whether all of it is done
 * @throws {Hindered} when a record does not verify
 */
export async function verifyMonth(store: Store, month: LogMonth, budget: Budget): Promise<boolean> {
  for await (const part of chainsOfMonth(store.read, month)) {
    const keys = await chainKeys(store.read, part.chain_id)
    let link = await verifiedLink(store.read, part.chain_id)
    while ((link?.chain_index ?? 0) < part.chain_index) {
      budget.signal?.throwIfAborted()
      if (budget.records <= 0) return false
      const began = performance.now()
      const before = link?.chain_index ?? 0
      link = await verifySlice(store, month, part, link, keys)
      budget.records -= link.chain_index - before
      if (budget.isPolite) await delay(performance.now() - began, undefined, { signal: budget.signal })
    }
    await storeNodes(store, part.chain_id, part.chain_index, { signal: budget.signal })
  }
  return true
}

/** How far a chain is verified. */
export async function verifiedLink(db: Kysely<Database>, chainId: string): Promise<ChainLink | undefined> {
  return db
    .selectFrom('retention_progress')
    .select(['chain_index', 'chain_hash'])
    .where('chain_id', '=', chainId)
    .executeTakeFirst()
}

async function verifySlice(
  store: Store,
  month: LogMonth,
  part: ChainPart,
  start: ChainLink | undefined,
  keys: ReadonlyMap<string, string>,
): Promise<ChainLink> {
  const chainId = part.chain_id
  const from = (start?.chain_index ?? 0) + 1
  const { rows } = await sql<ChainRecord>`
    select chain_index, chain_hash, attestation_json, signature, signing_key_id from ${tableOf(month)}
    where chain_id = ${chainId} and chain_index >= ${from} order by chain_index limit ${SLICE}`.execute(
    store.read,
  )
  const verdict = await verifyChainStream(each(rows), { findPublicKey: (id) => keys.get(id), start })
  if (!verdict.ok) {
    throw new Hindered(
      'unverified',
      `record ${verdict.at} of ${chainId}: ${verdict.reason}: ${verdict.detail}`,
    )
  }
  const { head } = verdict
  if (head === null || rows.length === 0) {
    throw new Hindered('unverified', `record ${from} of ${chainId} is not there`)
  }
  const leaves = leafPieces(chainId, rows)
  await store.write(async (tx) => {
    await tx
      .insertInto('merkle_leaves')
      .values(leaves)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    // Another process may be further: progress that goes back costs work alone.
    await tx
      .insertInto('retention_progress')
      .values({ chain_id: chainId, ...head })
      .onConflict((conflict) => conflict.column('chain_id').doUpdateSet(head))
      .execute()
  })
  return head
}

/** One row for each block of the tree that the records lie in. */
function leafPieces(chainId: string, rows: readonly ChainRecord[]): Row<'merkle_leaves'>[] {
  const pieces: Row<'merkle_leaves'>[] = []
  for (const { chain_index, attestation_json } of rows) {
    const leaf = chain_index - 1
    const hash = encodeHex(leafHash(utf8Bytes(attestation_json)))
    const piece = pieces.at(-1)
    if (piece === undefined || leaf % BLOCK === 0) {
      pieces.push({ chain_id: chainId, first_leaf: leaf, hashes: hash })
    } else piece.hashes += hash
  }
  return pieces
}

async function chainKeys(db: Kysely<Database>, chainId: string): Promise<Map<string, string>> {
  const keys = await db
    .selectFrom('signing_keys')
    .select(['id', 'public_key'])
    .where('owner_id', '=', chainId)
    .execute()
  return new Map(keys.map(({ id, public_key }) => [id, public_key]))
}

async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows
}
