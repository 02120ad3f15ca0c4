import { sha256 } from './sha256.ts'

/** Records `[start, end)` of a log, counted from 0. */
export type LeafRange = { start: number; end: number }

/** A whole subtree: the records `[index · 2^level, (index + 1) · 2^level)`. It never changes once they exist. */
export type MerkleNode = { level: number; index: number }

export type HashedNode = MerkleNode & { hash: Uint8Array }

const LEAF = 0x00
const NODE = 0x01

/** The hash of one record. The prefixes keep a record from passing for an inner node. */
export function leafHash(record: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + record.length)
  input[0] = LEAF
  input.set(record, 1)
  return sha256(input)
}

/** The hash of two subtrees side by side. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + left.length + right.length)
  input[0] = NODE
  input.set(left, 1)
  input.set(right, 1 + left.length)
  return sha256(input)
}

/**
 * The whole subtrees that a range is made of, from left to right.
 * @param range one of a tree's own: it starts where a subtree of its size can start
 */
export function wholeNodes({ start, end }: LeafRange): MerkleNode[] {
  const nodes: MerkleNode[] = []
  for (let at = start; at < end; ) {
    let level = 0
    let width = 1
    while (width * 2 <= end - at) {
      width *= 2
      level += 1
    }
    nodes.push({ level, index: at / width })
    at += width
  }
  return nodes
}

/** The hash of a range out of the hashes of its whole subtrees, from left to right. */
export function joinNodes(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1)
  if (last === undefined) return sha256(new Uint8Array())
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last)
}

/**
 * Adds subtrees of one level at the right of a tree.
 * @param edge the whole subtrees that the tree is made of, from left to right, none below `level`; changed in place
 * @returns all whole subtrees that are new, the added ones included
 */
export function growEdge(edge: HashedNode[], level: number, hashes: readonly Uint8Array[]): HashedNode[] {
  const added: HashedNode[] = []
  let next = edge.reduce((count, node) => count + 2 ** (node.level - level), 0)
  for (const hash of hashes) {
    let node: HashedNode = { level, index: next, hash }
    next += 1
    added.push(node)
    for (let left = edge.at(-1); left?.level === node.level; left = edge.at(-1)) {
      edge.pop()
      node = { level: node.level + 1, index: left.index / 2, hash: nodeHash(left.hash, node.hash) }
      added.push(node)
    }
    edge.push(node)
  }
  return added
}

/** The ranges whose hashes prove that the record `index` (from 0) is in the tree of `size`, from the leaf up. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  assertBelow(index, size)
  const path: LeafRange[] = []
  let range = { start: 0, end: size }
  while (range.end - range.start > 1) {
    const [left, right] = halves(range)
    const isLeft = index < left.end
    path.push(isLeft ? right : left)
    range = isLeft ? left : right
  }
  return path.reverse()
}

/** The ranges whose hashes prove that the tree of `size` continues the one of `oldSize`. */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  if (oldSize === 0 || oldSize === size) return []
  assertBelow(oldSize, size)
  const path: LeafRange[] = []
  let range = { start: 0, end: size }
  // Down to the subtree that ends where the old tree ended.
  while (range.end !== oldSize) {
    const [left, right] = halves(range)
    const isLeft = oldSize <= left.end
    path.push(isLeft ? right : left)
    range = isLeft ? left : right
  }
  // The old tree itself is known to whoever verifies; a part of it is not.
  if (range.start !== 0) path.push(range)
  return path.reverse()
}

/** The left half is the largest whole subtree that leaves something over. */
function halves({ start, end }: LeafRange): [LeafRange, LeafRange] {
  let width = 1
  while (width * 2 < end - start) width *= 2
  const middle = start + width
  return [
    { start, end: middle },
    { start: middle, end },
  ]
}

function assertBelow(value: number, size: number): void {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(size) && value >= 0 && value < size) return
  throw new RangeError(`there is no ${value} in a tree of ${size}`)
}
