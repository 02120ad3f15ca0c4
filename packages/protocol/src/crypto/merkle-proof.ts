import { nodeHash } from './merkle.ts'
import { sha256 } from './sha256.ts'

/** Longer than any proof in a tree whose size is a safe integer. */
const MAX_PROOF = 128

export type InclusionClaim = {
  leaf_hash: Uint8Array
  /** Position of the record, from 0. */
  leaf_index: number
  tree_size: number
  root_hash: Uint8Array
  proof: readonly Uint8Array[]
}

export type ConsistencyClaim = {
  old_size: number
  old_root_hash: Uint8Array
  tree_size: number
  root_hash: Uint8Array
  proof: readonly Uint8Array[]
}

/** True if and only if the record is where it is said to be in the tree with this root. The proof is a stranger's. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { leaf_hash, leaf_index, tree_size, root_hash, proof } = claim
  if (!isSize(leaf_index) || !isSize(tree_size) || leaf_index >= tree_size) return false
  if (!areHashes([leaf_hash, root_hash, ...proof])) return false
  let at = leaf_index
  let last = tree_size - 1
  let hash = leaf_hash
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash)
      // A last subtree without a sibling stands as it is on the levels above.
      while (!isOdd(at) && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && isSame(hash, root_hash)
}

/** True if and only if the tree begins with all records of the old one, in their order. The proof is a stranger's. */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { old_size, old_root_hash, tree_size, root_hash, proof } = claim
  if (!isSize(old_size) || !isSize(tree_size) || old_size > tree_size) return false
  if (!areHashes([old_root_hash, root_hash, ...proof])) return false
  if (old_size === tree_size) return proof.length === 0 && isSame(old_root_hash, root_hash)
  if (old_size === 0) return proof.length === 0 && isSame(old_root_hash, sha256(new Uint8Array()))
  let at = old_size - 1
  let last = tree_size - 1
  while (isOdd(at)) {
    at = half(at)
    last = half(last)
  }
  // An old tree that is one whole subtree is the first hash itself, which the proof leaves out.
  const [first, ...rest] = at === 0 ? [old_root_hash, ...proof] : proof
  if (first === undefined) return false
  let oldHash = first
  let newHash = first
  for (const sibling of rest) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      oldHash = nodeHash(sibling, oldHash)
      newHash = nodeHash(sibling, newHash)
      while (!isOdd(at) && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else {
      newHash = nodeHash(newHash, sibling)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && isSame(oldHash, old_root_hash) && isSame(newHash, root_hash)
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return (
    hashes.length <= MAX_PROOF && hashes.every((hash) => hash instanceof Uint8Array && hash.length === 32)
  )
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, index) => byte === b[index])
}

// Bit operators would cut sizes to 32 bits.
function isOdd(value: number): boolean {
  return value % 2 === 1
}

function half(value: number): number {
  return Math.floor(value / 2)
}
