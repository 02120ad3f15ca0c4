import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readVectors } from '../../test/read-vectors.ts'
import { decodeHex, encodeHex } from './base64.ts'
import {
  consistencyRanges,
  growEdge,
  type HashedNode,
  inclusionRanges,
  joinNodes,
  type LeafRange,
  leafHash,
  nodeHash,
  wholeNodes,
} from './merkle.ts'
import { verifyConsistency, verifyInclusion } from './merkle-proof.ts'
import { sha256 } from './sha256.ts'
import { utf8Bytes } from './utf8.ts'

const REFERENCE = readVectors<{ records: string[]; roots: string[] }>('merkle/certificate-transparency.json')
const PROOFS = readVectors<{
  roots: string[]
  inclusion: { leaf_index: number; tree_size: number; proof: string[] }[]
  consistency: { old_size: number; tree_size: number; proof: string[] }[]
}>('merkle/proofs.json')

const hex = (text: string | undefined) => decodeHex(text ?? '') ?? assert.fail('no hex')

/** The tree straight from its definition: slow and obvious. */
function slowRoot(records: readonly Uint8Array[]): Uint8Array {
  const [only] = records
  if (only === undefined) return sha256(new Uint8Array())
  if (records.length === 1) return leafHash(only)
  let width = 1
  while (width * 2 < records.length) width *= 2
  return nodeHash(slowRoot(records.slice(0, width)), slowRoot(records.slice(width)))
}

/** The hash of a range as the store computes it: out of whole subtrees. */
function rangeHash(records: readonly Uint8Array[], range: LeafRange): Uint8Array {
  const nodes = wholeNodes(range)
  return joinNodes(
    nodes.map(({ level, index }) => slowRoot(records.slice(index * 2 ** level, (index + 1) * 2 ** level))),
  )
}

const RECORDS = Array.from({ length: 40 }, (_, index) => utf8Bytes(`record ${index + 1}`))
const ROOTS = Array.from({ length: 41 }, (_, size) => slowRoot(RECORDS.slice(0, size)))
const rootOf = (size: number) => ROOTS[size] ?? assert.fail(`no tree of ${size}`)
const inclusionOf = (index: number, size: number) =>
  inclusionRanges(index, size).map((range) => rangeHash(RECORDS, range))
const consistencyOf = (oldSize: number, size: number) =>
  consistencyRanges(oldSize, size).map((range) => rangeHash(RECORDS, range))

function inclusionClaim(leaf_index: number, tree_size: number) {
  return {
    leaf_hash: leafHash(RECORDS[leaf_index] ?? assert.fail()),
    leaf_index,
    tree_size,
    root_hash: rootOf(tree_size),
    proof: inclusionOf(leaf_index, tree_size),
  }
}

function consistencyClaim(old_size: number, tree_size: number) {
  return {
    old_size,
    old_root_hash: rootOf(old_size),
    tree_size,
    root_hash: rootOf(tree_size),
    proof: consistencyOf(old_size, tree_size),
  }
}

describe('vectors', () => {
  test('the roots of Certificate Transparency’s reference tree', () => {
    const records = REFERENCE.records.map(hex)
    for (const [size, root] of REFERENCE.roots.entries()) {
      assert.equal(encodeHex(rangeHash(records, { start: 0, end: size })), root)
    }
  })

  test('the roots and proofs that Go’s tlog prints', () => {
    for (const [index, root] of PROOFS.roots.entries()) assert.equal(encodeHex(rootOf(index + 1)), root)
    for (const { leaf_index, tree_size, proof } of PROOFS.inclusion) {
      assert.deepEqual(inclusionOf(leaf_index, tree_size).map(encodeHex), proof)
      assert.ok(verifyInclusion({ ...inclusionClaim(leaf_index, tree_size), proof: proof.map(hex) }))
    }
    for (const { old_size, tree_size, proof } of PROOFS.consistency) {
      assert.deepEqual(consistencyOf(old_size, tree_size).map(encodeHex), proof)
      assert.ok(verifyConsistency({ ...consistencyClaim(old_size, tree_size), proof: proof.map(hex) }))
    }
  })
})

const size = fc.integer({ min: 1, max: 40 })
/** A number and a larger or equal one, up to 40. */
const below = size.chain((tree) => fc.tuple(fc.integer({ min: 0, max: tree - 1 }), fc.constant(tree)))

describe('laws', () => {
  test('a tree out of whole subtrees is the tree of the definition', () => {
    for (let count = 0; count <= 40; count += 1) {
      assert.deepEqual(rangeHash(RECORDS, { start: 0, end: count }), rootOf(count))
    }
  })

  test('a tree that grows bit by bit has the same subtrees as one that grew at once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(7), { maxLength: 8 }), (steps) => {
        const edge: HashedNode[] = []
        const grown: HashedNode[] = []
        let count = 0
        for (const step of steps) {
          const next = RECORDS.slice(count, count + step).map(leafHash)
          count += next.length
          grown.push(...growEdge(edge, 0, next))
          assert.deepEqual(
            edge.map(({ level, index }) => ({ level, index })),
            wholeNodes({ start: 0, end: count }),
          )
          assert.deepEqual(joinNodes(edge.map(({ hash }) => hash)), rootOf(count))
        }
        for (const { level, index, hash } of grown) {
          assert.deepEqual(hash, slowRoot(RECORDS.slice(index * 2 ** level, (index + 1) * 2 ** level)))
        }
        assert.equal(new Set(grown.map(({ level, index }) => `${level} ${index}`)).size, grown.length)
      }),
    )
  })

  test('every record of every tree has a proof that verifies', () => {
    for (let tree = 1; tree <= 40; tree += 1) {
      for (let index = 0; index < tree; index += 1) assert.ok(verifyInclusion(inclusionClaim(index, tree)))
    }
  })

  test('every tree has a proof that it continues every earlier one', () => {
    for (let tree = 0; tree <= 40; tree += 1) {
      for (let old = 0; old <= tree; old += 1) assert.ok(verifyConsistency(consistencyClaim(old, tree)))
    }
  })

  test('a proof with any bit changed proves nothing', () => {
    fc.assert(
      fc.property(below, fc.nat(), fc.nat(255), ([index, tree], which, bit) => {
        const inclusion = inclusionClaim(index, tree)
        const consistency = consistencyClaim(index, tree)
        for (const claim of [inclusion, consistency]) {
          if (claim.proof.length === 0) continue
          const proof = claim.proof.map((hash) => hash.slice())
          const hash = proof[which % proof.length] ?? assert.fail()
          const at = Math.floor(bit / 8)
          hash[at] = (hash[at] ?? 0) ^ (1 << (bit % 8))
          assert.equal(
            'leaf_index' in claim
              ? verifyInclusion({ ...claim, proof })
              : verifyConsistency({ ...claim, proof }),
            false,
          )
        }
      }),
    )
  })

  test('a proof that is longer, shorter or in another order proves nothing', () => {
    fc.assert(
      fc.property(below, ([index, tree]) => {
        const inclusion = inclusionClaim(index, tree)
        const consistency = consistencyClaim(index, tree)
        const spoilt = (proof: Uint8Array[]) => [
          [...proof, rootOf(1)],
          [rootOf(1), ...proof],
          ...(proof.length > 0 ? [proof.slice(1), proof.slice(0, -1)] : []),
          ...(proof.length > 1 ? [proof.toReversed()] : []),
        ]
        for (const proof of spoilt(inclusion.proof))
          assert.equal(verifyInclusion({ ...inclusion, proof }), false)
        for (const proof of spoilt(consistency.proof)) {
          assert.equal(verifyConsistency({ ...consistency, proof }), false)
        }
      }),
    )
  })

  test('a proof is of one record in one place of one tree', () => {
    fc.assert(
      fc.property(below, below, ([index, tree], [otherIndex, otherTree]) => {
        fc.pre(index !== otherIndex)
        const claim = inclusionClaim(index, tree)
        const other = leafHash(RECORDS[otherIndex] ?? assert.fail())
        assert.equal(verifyInclusion({ ...claim, leaf_hash: other }), false)
        assert.equal(verifyInclusion({ ...claim, leaf_index: otherIndex }), false)
        if (otherTree !== tree)
          assert.equal(verifyInclusion({ ...claim, root_hash: rootOf(otherTree) }), false)
      }),
    )
  })

  test('a tree with an early record changed continues nothing that had the old one', () => {
    fc.assert(
      fc.property(below, fc.nat(), ([old, tree], which) => {
        fc.pre(old > 0)
        const changed = which % old
        const forged = RECORDS.map((record, index) => (index === changed ? utf8Bytes('forged') : record))
        const proof = consistencyRanges(old, tree).map((range) => rangeHash(forged, range))
        const root_hash = slowRoot(forged.slice(0, tree))
        assert.equal(verifyConsistency({ ...consistencyClaim(old, tree), root_hash, proof }), false)
      }),
    )
  })
})

describe('what is no claim is no proof', () => {
  const claim = inclusionClaim(4, 7)
  const growth = consistencyClaim(4, 7)
  test('sizes and places that are none', () => {
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      assert.equal(verifyInclusion({ ...claim, leaf_index: bad }), false)
      assert.equal(verifyInclusion({ ...claim, tree_size: bad }), false)
      assert.equal(verifyConsistency({ ...growth, old_size: bad }), false)
      assert.equal(verifyConsistency({ ...growth, tree_size: bad }), false)
    }
    assert.equal(verifyInclusion({ ...claim, leaf_index: 7 }), false)
    assert.equal(verifyConsistency({ ...growth, old_size: 8 }), false)
  })

  test('hashes of another length', () => {
    for (const length of [0, 31, 33]) {
      const bad = new Uint8Array(length)
      assert.equal(verifyInclusion({ ...claim, leaf_hash: bad }), false)
      assert.equal(verifyInclusion({ ...claim, root_hash: bad }), false)
      assert.equal(verifyInclusion({ ...claim, proof: [bad, ...claim.proof.slice(1)] }), false)
      assert.equal(verifyConsistency({ ...growth, old_root_hash: bad }), false)
    }
  })

  test('an inner node does not pass for a record', () => {
    const [left = assert.fail(), right = assert.fail()] = RECORDS.slice(0, 2).map(leafHash)
    const forged = leafHash(new Uint8Array([...left, ...right]))
    assert.notDeepEqual(forged, rootOf(2))
  })

  test('a proof of what a tree does not have is not built', () => {
    for (const [index, tree] of [
      [7, 7],
      [0, 0],
      [-1, 7],
      [0.5, 7],
      [8, 7],
    ] as const) {
      assert.throws(() => inclusionRanges(index, tree), RangeError)
    }
    assert.throws(() => consistencyRanges(8, 7), RangeError)
    assert.throws(() => consistencyRanges(-1, 7), RangeError)
  })
})
