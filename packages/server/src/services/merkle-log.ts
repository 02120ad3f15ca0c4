import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  decodeHex,
  encodeHex,
  growEdge,
  type HashedNode,
  leafHash,
  utf8Bytes,
  wholeNodes,
} from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Row, Store } from '../store/store.ts'

/** Subtrees from this level on are stored; those below are made of at most 16 records, which are read again. */
export const STORED_LEVEL = 4
export const BLOCK = 2 ** STORED_LEVEL

/** Blocks whose nodes are written at once: few enough that a decision hardly waits behind them. */
const BLOCKS_AT_ONCE = 16

/** Hashes of the records `[start, end)` of a chain, counted from 0. */
export async function leafHashes(
  db: Kysely<Database>,
  chainId: string,
  start: number,
  end: number,
): Promise<Uint8Array[]> {
  const rows = await db
    .selectFrom('attestations')
    .select(['chain_index', 'attestation_json'])
    .where('chain_id', '=', chainId)
    .where('chain_index', '>', start)
    .where('chain_index', '<=', end)
    .orderBy('chain_index')
    .execute()
  const kept = rows[0]?.chain_index ?? end + 1
  const removed = kept > start + 1 ? await removedLeaves(db, chainId, start, kept - 1) : []
  const first = start + removed.length + 1
  if (removed.length + rows.length !== end - start || rows.some((row, i) => row.chain_index !== first + i)) {
    throw new Error(`records ${start + 1} to ${end} of ${chainId} are not all there`)
  }
  return [...removed, ...rows.map(({ attestation_json }) => leafHash(utf8Bytes(attestation_json)))]
}

/** Hashes of the records `[start, end)` that were removed; fewer where not all of them are known. */
async function removedLeaves(
  db: Kysely<Database>,
  chainId: string,
  start: number,
  end: number,
): Promise<Uint8Array[]> {
  const pieces = await db
    .selectFrom('merkle_leaves')
    .select(['first_leaf', 'hashes'])
    .where('chain_id', '=', chainId)
    // No piece goes beyond its block.
    .where('first_leaf', '>=', Math.floor(start / BLOCK) * BLOCK)
    .where('first_leaf', '<', end)
    .orderBy('first_leaf')
    .execute()
  const leaves: Uint8Array[] = []
  for (const { first_leaf, hashes } of pieces) {
    for (const [i, hex] of (hashes.match(/.{64}/g) ?? []).entries()) {
      const hash = decodeHex(hex)
      const at = first_leaf + i
      // Pieces may lie over each other: a verification that began anew cuts its blocks otherwise.
      if (at === start + leaves.length && at < end && hash !== undefined) leaves.push(hash)
    }
  }
  return leaves
}

/** Hashes of stored subtrees, in the order asked for. */
export async function storedNodes(
  db: Kysely<Database>,
  chainId: string,
  nodes: readonly { level: number; index: number }[],
): Promise<HashedNode[]> {
  if (nodes.length === 0) return []
  const rows = await db
    .selectFrom('merkle_nodes')
    .select(['level', 'node_index', 'hash'])
    .where('chain_id', '=', chainId)
    .where(({ or, and, eb }) =>
      or(nodes.map(({ level, index }) => and([eb('level', '=', level), eb('node_index', '=', index)]))),
    )
    .execute()
  const found = new Map(rows.map(({ level, node_index, hash }) => [`${level} ${node_index}`, hash]))
  return nodes.map(({ level, index }) => {
    const hash = decodeHex(found.get(`${level} ${index}`) ?? '')
    if (hash?.length !== 32) throw new Error(`a subtree of ${chainId} is not stored`)
    return { level, index, hash }
  })
}

async function storedBlocks(db: Kysely<Database>, chainId: string): Promise<number> {
  const row = await db
    .selectFrom('merkle_nodes')
    .select('node_index')
    .where('chain_id', '=', chainId)
    .where('level', '=', STORED_LEVEL)
    .orderBy('node_index', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? 0 : row.node_index + 1
}

interface Bound {
  /** Records that are gone through at most; the next call goes on after them. */
  records?: number
  signal?: AbortSignal | undefined
}

/**
 * Stores the subtrees of a chain's first `size` records that are not stored yet, a few at a time: deciding never
 * waits for it, memory does not grow with the log, and a process that stops goes on where it was.
 * @returns how many records it went through
 * @throws the signal's reason when it stops the work between two steps
 */
export async function storeNodes(
  store: Store,
  chainId: string,
  size: number,
  { records = Number.POSITIVE_INFINITY, signal }: Bound = {},
): Promise<number> {
  const blocks = Math.floor(size / BLOCK)
  for (let done = 0; ; ) {
    signal?.throwIfAborted()
    // Asked each time: whoever else does the same meanwhile saves this one the work.
    const stored = await storedBlocks(store.read, chainId)
    const next = Math.min(blocks, stored + Math.min(BLOCKS_AT_ONCE, Math.floor((records - done) / BLOCK)))
    if (next <= stored) return done
    const edge = await storedNodes(store.read, chainId, blockNodes(stored))
    const leaves = await leafHashes(store.read, chainId, stored * BLOCK, next * BLOCK)
    const hashes = Array.from({ length: next - stored }, (_, i) =>
      wholeHash(leaves.slice(i * BLOCK, (i + 1) * BLOCK)),
    )
    await insertNodes(store, chainId, growEdge(edge, STORED_LEVEL, hashes))
    done += leaves.length
    // The embedded database answers within one turn of the event loop: requests must get theirs.
    await nextTurn()
  }
}

/** The stored subtrees that the first blocks of a tree are made of. */
function blockNodes(blocks: number): { level: number; index: number }[] {
  return wholeNodes({ start: 0, end: blocks * BLOCK })
}

/** The hash of a whole subtree over these leaves, whose number is a power of two. */
export function wholeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const edge: HashedNode[] = []
  growEdge(edge, 0, leaves)
  const [only, ...others] = edge
  if (only === undefined || others.length > 0) throw new Error('these leaves are no whole subtree')
  return only.hash
}

/** Another process may store the same subtrees meanwhile: they are what they are, whoever is first. */
async function insertNodes(store: Store, chainId: string, nodes: readonly HashedNode[]): Promise<void> {
  const rows: Row<'merkle_nodes'>[] = nodes.map(({ level, index, hash }) => ({
    chain_id: chainId,
    level,
    node_index: index,
    hash: encodeHex(hash),
  }))
  await store.write(async (tx) => {
    await tx
      .insertInto('merkle_nodes')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['chain_id', 'level', 'node_index']).doNothing())
      .execute()
  })
}
