import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeBase64 } from './base64.ts'
import { publicKeyFromSeed, signEd25519 } from './ed25519.ts'
import { growEdge, type HashedNode, joinNodes, leafHash } from './merkle.ts'
import { retentionText, verifyRetention } from './retention-statement.ts'
import { sha256Hex } from './sha256.ts'
import { utf8Bytes } from './utf8.ts'

const vectors = JSON.parse(
  readFileSync(new URL('../../../../vectors/chain/retention-statements.json', import.meta.url), 'utf8'),
)
const findKey = (id: string): string | undefined => vectors.signing_keys[id]

test('the statements of the vectors are believed, and name the place, the hash and the root that they sign', () => {
  for (const { first_kept_index, previous_hash, root_hash, ...signed } of vectors.accept) {
    const verdict = verifyRetention(signed, vectors.chain_id, findKey)
    assert.ok(verdict.ok)
    const { retention } = verdict
    assert.deepEqual(
      [retention.first_kept_index, retention.start, encodeBase64(retention.root_hash)],
      [first_kept_index, { chain_index: first_kept_index - 1, chain_hash: previous_hash }, root_hash],
    )
  }
})

for (const { what, signed, reason } of vectors.refuse) {
  test(`no statement: ${what}`, () => {
    const verdict = verifyRetention(signed, vectors.chain_id, findKey)
    assert.ok(!verdict.ok)
    assert.match(verdict.reason, new RegExp(reason))
  })
}

test('a statement counts for no other chain, and not without its key', () => {
  for (const signed of vectors.accept) {
    assert.equal(verifyRetention(signed, 'gate_other', findKey).ok, false)
    assert.equal(verifyRetention(signed, vectors.chain_id, () => undefined).ok, false)
    assert.equal(verifyRetention(signed, vectors.chain_id, () => '').ok, false)
  }
})

test('whatever the size, later roots follow from the statement and the kept records', () => {
  const seed = new Uint8Array(32).fill(7)
  const leaves = Array.from({ length: 120 }, (_, i) => leafHash(utf8Bytes(`record ${i}`)))
  const rootOf = (hashes: readonly Uint8Array[]) => {
    const edge: HashedNode[] = []
    growEdge(edge, 0, hashes)
    return { edge, root: encodeBase64(joinNodes(edge.map(({ hash }) => hash))) }
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 119 }), fc.integer({ min: 0, max: 60 }), (removed, more) => {
      const statement_json = retentionText({
        chain_id: 'gate_shop',
        first_kept_index: removed + 1,
        previous_hash: sha256Hex(`record ${removed - 1}`),
        subtree_hashes: rootOf(leaves.slice(0, removed)).edge.map(({ hash }) => hash),
        issued_at: '2031-04-05T12:00:00.000Z',
        signing_key_id: 'sk_1',
      })
      const signature = encodeBase64(signEd25519(utf8Bytes(statement_json), seed))
      const verdict = verifyRetention(
        { statement_json, signature, signing_key_id: 'sk_1' },
        'gate_shop',
        () => encodeBase64(publicKeyFromSeed(seed)),
      )
      assert.ok(verdict.ok)
      const edge = [...verdict.retention.edge]
      growEdge(edge, 0, leaves.slice(removed, removed + more))
      const root = encodeBase64(joinNodes(edge.map(({ hash }) => hash)))
      assert.equal(root, rootOf(leaves.slice(0, removed + more)).root)
    }),
    { numRuns: 60 },
  )
})
