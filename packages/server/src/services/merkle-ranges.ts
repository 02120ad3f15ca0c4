import { joinNodes, type LeafRange, type MerkleNode, wholeNodes } from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Database } from '../store/schema.ts'
import { BLOCK, leafHashes, STORED_LEVEL, storedNodes, wholeHash } from './merkle-log.ts'

/** Hashes of ranges of a chain's tree whose larger subtrees are stored, in the order asked for. */
export async function rangeHashes(
  db: Kysely<Database>,
  chainId: string,
  ranges: readonly LeafRange[],
): Promise<Uint8Array[]> {
  const wanted = ranges.map(wholeNodes)
  const nodes = wanted.flat()
  const large = nodes.filter(({ level }) => level >= STORED_LEVEL)
  const small = nodes.filter(({ level }) => level < STORED_LEVEL)
  const hashes = new Map<string, Uint8Array>()
  for (const { level, index, hash } of await storedNodes(db, chainId, large))
    hashes.set(`${level} ${index}`, hash)
  for (const [node, hash] of await smallHashes(db, chainId, small))
    hashes.set(`${node.level} ${node.index}`, hash)
  return wanted.map((parts) =>
    joinNodes(parts.map(({ level, index }) => hashes.get(`${level} ${index}`) ?? missing(chainId))),
  )
}

/** Hashes of subtrees below the stored ones: their records are read, each block's at once. */
async function smallHashes(
  db: Kysely<Database>,
  chainId: string,
  nodes: readonly MerkleNode[],
): Promise<[MerkleNode, Uint8Array][]> {
  const blocks = new Map<number, MerkleNode[]>()
  for (const node of nodes) {
    const block = Math.floor((node.index * 2 ** node.level) / BLOCK)
    blocks.set(block, [...(blocks.get(block) ?? []), node])
  }
  const found: [MerkleNode, Uint8Array][] = []
  for (const inBlock of blocks.values()) {
    const start = Math.min(...inBlock.map(({ level, index }) => index * 2 ** level))
    const end = Math.max(...inBlock.map(({ level, index }) => (index + 1) * 2 ** level))
    const leaves = await leafHashes(db, chainId, start, end)
    for (const node of inBlock) {
      const from = node.index * 2 ** node.level - start
      found.push([node, wholeHash(leaves.slice(from, from + 2 ** node.level))])
    }
  }
  return found
}

function missing(chainId: string): never {
  throw new Error(`a subtree of ${chainId} is not stored`)
}
