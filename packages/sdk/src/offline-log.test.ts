import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  consistencyRanges,
  encodeBase64,
  inclusionRanges,
  joinNodes,
  type LeafRange,
  leafHash,
  logCheckpointText,
  publicKeyFromSeed,
  signEd25519,
  utf8Bytes,
  writeNote,
} from '@modei/protocol'
import {
  type VerifiedCheckpoint,
  verifyCheckpoint,
  verifyCheckpointConsistency,
  verifyLogBeginning,
  verifyRecordInclusion,
} from './offline-log.ts'

const { checkpoint: GO } = JSON.parse(
  readFileSync(new URL('../../../vectors/merkle/notes.json', import.meta.url), 'utf8'),
)
const GATE = { gate_id: 'gate_shop', signing_keys: [{ key_id: 'sk_0001', public_key: GO.public_key }] }
const SEED = new Uint8Array(32).fill(3)
const OTHER_KEY = encodeBase64(publicKeyFromSeed(SEED))

const texts = Array.from({ length: 40 }, (_, i) => `{"chain_index":${i + 1}}`)
function hashOf({ start, end }: LeafRange, of = texts): Uint8Array {
  if (end - start <= 1) return start === end ? joinNodes([]) : leafHash(utf8Bytes(of[start] ?? ''))
  let width = 1
  while (width * 2 < end - start) width *= 2
  return joinNodes([hashOf({ start, end: start + width }, of), hashOf({ start: start + width, end }, of)])
}
const hashes = (ranges: LeafRange[], of = texts) => ranges.map((range) => encodeBase64(hashOf(range, of)))
const checkpointOf = (size: number, of = texts): VerifiedCheckpoint => ({
  origin: GO.origin,
  tree_size: size,
  root_hash: encodeBase64(hashOf({ start: 0, end: size }, of)),
})

test('the checkpoint of a gate, as another implementation signed it, is verified with the keys of its public document', () => {
  const verdict = verifyCheckpoint(GO.note, GATE)
  assert.ok(verdict.ok)
  assert.equal(verdict.checkpoint.tree_size, 40)
  assert.equal(verdict.checkpoint.origin, GO.origin)
})

test('the checkpoint of a workspace is verified by its own name, and a gate’s passes for none', () => {
  const { signing_keys } = GATE
  const origin = 'modei/ws_00000000/sk_0001'
  const text = logCheckpointText({ origin, tree_size: 1, root_hash: new Uint8Array(32) })
  const signer = { name: origin, public_key: publicKeyFromSeed(SEED) }
  const note = writeNote(text, signer, signEd25519(utf8Bytes(text), SEED))
  const keys = [{ key_id: 'sk_0001', public_key: OTHER_KEY }]
  assert.equal(verifyCheckpoint(note, { workspace_id: 'ws_00000000', signing_keys: keys }).ok, true)
  for (const [text, log] of [
    [note, { workspace_id: 'ws_00000001', signing_keys: keys }],
    [note, { gate_id: 'gate_shop', signing_keys: keys }],
    [note, { workspace_id: 'ws_00000000', signing_keys }],
    [GO.note, { workspace_id: 'ws_00000000', signing_keys }],
  ] as const)
    assert.equal(verifyCheckpoint(text, log).ok, false)
})

test('a checkpoint of another gate, of other keys, of a compromised key or in another form is refused with a reason', () => {
  const text = logCheckpointText({ origin: GO.origin, tree_size: 1, root_hash: new Uint8Array(32) })
  const by = (name: string) =>
    writeNote(text, { name, public_key: publicKeyFromSeed(SEED) }, signEd25519(utf8Bytes(text), SEED))
  for (const [note, keys, reason] of [
    [GO.note, { ...GATE, gate_id: 'gate_other' }, /another log/],
    [GO.note, { ...GATE, signing_keys: [] }, /another log/],
    [GO.note, { ...GATE, signing_keys: [{ key_id: 'sk_0001', public_key: OTHER_KEY }] }, /no known key/],
    [
      GO.note,
      { ...GATE, signing_keys: [{ key_id: 'sk_0001', public_key: GO.public_key, status: 'compromised' }] },
      /no known key/,
    ],
    [by(GO.origin), GATE, /no known key/],
    [by('someone'), GATE, /no known key/],
    [GO.note.replace('\n40\n', '\n41\n'), GATE, /false/],
    [GO.text, GATE, /no signed note/],
    ['', GATE, /another log/],
  ] as const) {
    const verdict = verifyCheckpoint(note, keys)
    assert.match(verdict.ok ? 'ok' : verdict.reason, reason)
  }
  assert.equal(
    verifyCheckpoint(GO.note, { ...GATE, signing_keys: [{ key_id: 'sk_0001', public_key: '!' }] }).ok,
    false,
  )
})

test('a record is shown to be where it is, and nowhere else, in no other log and under no other text', () => {
  const text = texts[6] ?? ''
  const proof = { chain_index: 7, tree_size: 40, proof: hashes(inclusionRanges(6, 40)) }
  const checkpoint = checkpointOf(40)
  assert.equal(verifyRecordInclusion(text, proof, checkpoint), true)
  assert.equal(verifyRecordInclusion(`${text} `, proof, checkpoint), false)
  assert.equal(verifyRecordInclusion(text, { ...proof, chain_index: 8 }, checkpoint), false)
  assert.equal(verifyRecordInclusion(text, { ...proof, proof: proof.proof.slice(1) }, checkpoint), false)
  assert.equal(verifyRecordInclusion(text, { ...proof, proof: ['?'] }, checkpoint), false)
  assert.equal(verifyRecordInclusion(text, { ...proof, tree_size: 39 }, checkpoint), false)
  assert.equal(verifyRecordInclusion(text, proof, checkpointOf(39)), false)
  assert.equal(verifyRecordInclusion('\ud800', proof, checkpoint), false)
})

test('a log that only grew is a continuation; one that was rewritten before the older checkpoint is none', () => {
  const rewritten = texts.map((text, i) => (i === 3 ? '{"chain_index":4,"changed":true}' : text))
  for (const old of [1, 5, 16, 31, 40]) {
    const proof = { proof: hashes(consistencyRanges(old, 40)) }
    assert.equal(verifyCheckpointConsistency(proof, checkpointOf(old), checkpointOf(40)), true)
    const forged = { proof: hashes(consistencyRanges(old, 40), rewritten) }
    const stillHolds = verifyCheckpointConsistency(forged, checkpointOf(old), checkpointOf(40, rewritten))
    assert.equal(stillHolds, old < 4, `rewritten after ${old}`)
  }
  const grown = { proof: hashes(consistencyRanges(5, 40)) }
  assert.equal(verifyCheckpointConsistency(grown, checkpointOf(40), checkpointOf(5)), false)
  assert.equal(
    verifyCheckpointConsistency(grown, { ...checkpointOf(5), origin: 'modei/other/sk_1' }, checkpointOf(40)),
    false,
  )
  assert.equal(verifyCheckpointConsistency({ proof: ['='] }, checkpointOf(5), checkpointOf(40)), false)
})

const REMOVED = JSON.parse(
  readFileSync(new URL('../../../vectors/chain/retention-statements.json', import.meta.url), 'utf8'),
)

test('where a log begins is believed by the gate’s keys alone, and never by a compromised one', () => {
  const key = { key_id: 'sk_0001', public_key: REMOVED.signing_keys.sk_0001 }
  const gate = { gate_id: 'gate_shop', signing_keys: [key] }
  const [, , , statement] = REMOVED.accept
  const verdict = verifyLogBeginning(statement, gate)
  assert.ok(verdict.ok)
  assert.deepEqual(
    [verdict.kept_from, verdict.tree_size, verdict.previous_hash, verdict.root_hash],
    [25, 24, statement.previous_hash, statement.root_hash],
  )
  for (const keys of [
    { ...gate, gate_id: 'gate_other' },
    { ...gate, signing_keys: [] },
    { ...gate, signing_keys: [{ ...key, public_key: OTHER_KEY }] },
    { ...gate, signing_keys: [{ ...key, status: 'compromised' }] },
  ])
    assert.equal(verifyLogBeginning(statement, keys).ok, false)
  assert.equal(verifyLogBeginning(null, gate).ok, false)
  for (const { signed, what } of REMOVED.refuse)
    assert.equal(verifyLogBeginning(signed, gate).ok, false, what)
})
