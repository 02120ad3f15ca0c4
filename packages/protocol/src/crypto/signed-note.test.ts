import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readVectors } from '../../test/read-vectors.ts'
import { decodeBase64Strict, encodeBase64, encodeHex } from './base64.ts'
import { publicKeyFromSeed, signEd25519 } from './ed25519.ts'
import { logCheckpointText, parseLogCheckpoint, verifyLogCheckpoint } from './log-checkpoint.ts'
import { type NoteKey, noteKeyId, verifyNote, writeNote } from './signed-note.ts'
import { utf8Bytes } from './utf8.ts'

interface Known {
  public_key: string
  key_id: string
  text: string
  note: string
}
const { known, checkpoint } = readVectors<{
  known: Known & { name: string }
  checkpoint: Known & { origin: string; seed: string }
}>('merkle/notes.json')

const bytes = (text: string) => decodeBase64Strict(text) ?? assert.fail('no base64')
const SEED = bytes(checkpoint.seed)
const ORIGIN = checkpoint.origin
const PUBLIC = bytes(checkpoint.public_key)
const OTHER_SEED = new Uint8Array(32).fill(7)
const OTHER: NoteKey = { name: 'other', public_key: publicKeyFromSeed(OTHER_SEED) }

/** A note by the key of the vectors, unless another seed is given. */
function note(text: string, name = ORIGIN, seed = SEED): string {
  return writeNote(text, { name, public_key: publicKeyFromSeed(seed) }, signEd25519(utf8Bytes(text), seed))
}

function isVerified(
  signed: string,
  keys: readonly NoteKey[] = [{ name: ORIGIN, public_key: PUBLIC }],
): boolean {
  return verifyNote(signed, keys).ok
}

describe('vectors', () => {
  test('the example of Go’s note package verifies, and its key has the id', () => {
    const key = { name: known.name, public_key: bytes(known.public_key) }
    assert.equal(encodeHex(noteKeyId(key)), known.key_id)
    assert.deepEqual(verifyNote(known.note, [key]), { ok: true, text: known.text, signer: key })
  })

  test('a checkpoint is written byte for byte as Go’s note package signs it', () => {
    assert.equal(encodeHex(noteKeyId({ name: ORIGIN, public_key: PUBLIC })), checkpoint.key_id)
    assert.equal(note(checkpoint.text), checkpoint.note)
    const verdict = verifyLogCheckpoint(checkpoint.note, ORIGIN, [PUBLIC])
    assert.ok(verdict.ok)
    assert.equal(logCheckpointText(verdict.checkpoint), checkpoint.text)
    assert.equal(verdict.checkpoint.tree_size, 40)
  })
})

describe('notes', () => {
  test('any character changed, added or left out is refused', () => {
    fc.assert(
      fc.property(fc.nat(checkpoint.note.length - 1), fc.constantFrom('', 'x', '\n', ' '), (at, put) => {
        const changed = checkpoint.note.slice(0, at) + put + checkpoint.note.slice(at + 1)
        if (changed !== checkpoint.note) assert.equal(isVerified(changed), false)
        assert.equal(isVerified(`${checkpoint.note}${put}x`), false)
      }),
      { numRuns: 500 },
    )
  })

  test('nothing but a trusted key of that name makes a note true', () => {
    assert.equal(isVerified(checkpoint.note, []), false)
    assert.equal(isVerified(checkpoint.note, [OTHER]), false)
    assert.equal(isVerified(checkpoint.note, [{ name: ORIGIN, public_key: OTHER.public_key }]), false)
    assert.equal(isVerified(checkpoint.note, [{ name: 'other', public_key: PUBLIC }]), false)
    assert.equal(isVerified(checkpoint.note, [{ name: ORIGIN, public_key: new Uint8Array(32) }]), false)
  })

  test('lines of strangers are skipped, wherever they stand', () => {
    const line = note(checkpoint.text, 'witness.example', OTHER_SEED).split('\n\n')[1] ?? assert.fail()
    const [text, own] = checkpoint.note.split('\n\n')
    assert.equal(isVerified(`${text}\n\n${line}${own}`), true)
    assert.equal(isVerified(`${text}\n\n${own}${line}`), true)
    assert.equal(isVerified(`${text}\n\n${line}`), false)
  })

  test('a false signature of a known key condemns the note, though another known key signed it', () => {
    const other = note(checkpoint.text, OTHER.name, OTHER_SEED).split('\n\n')[1] ?? assert.fail()
    const forged = note('another text\n').split('\n\n')[1] ?? assert.fail()
    const keys = [OTHER, { name: ORIGIN, public_key: PUBLIC }]
    const text = checkpoint.text
    assert.equal(isVerified(`${text}\n${other}`, keys), true)
    assert.equal(isVerified(`${text}\n${other}${forged}`, keys), false)
  })

  test('a text with empty lines is split at the last one', () => {
    const text = 'first\n\nsecond\n'
    assert.deepEqual(verifyNote(note(text), [{ name: ORIGIN, public_key: PUBLIC }]), {
      ok: true,
      text,
      signer: { name: ORIGIN, public_key: PUBLIC },
    })
  })

  test('what is no note is refused', () => {
    const tooMany = `${checkpoint.note}${'\u2014 w AAAAAAA=\n'.repeat(100)}`
    const signature = checkpoint.note.split('\n\n')[1]
    for (const bad of [
      '',
      '\n',
      '\n\n',
      'text\n',
      'text\n\n',
      `\n${signature}`,
      tooMany,
      `a\rb\n\n${signature}`,
      'x'.repeat(100_000),
    ]) {
      assert.equal(isVerified(bad), false, bad.slice(0, 40))
    }
  })

  test('a note that no reader could take apart is not written', () => {
    const signature = new Uint8Array(64)
    for (const text of ['', 'no break', 'tab\there\n', '\ud800\n']) {
      assert.throws(() => writeNote(text, OTHER, signature), RangeError)
    }
    for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u2003b']) {
      assert.throws(() => writeNote('text\n', { ...OTHER, name }, signature), RangeError)
    }
  })
})

describe('checkpoints', () => {
  const root = encodeBase64(new Uint8Array(32))

  test('a text that is no checkpoint is none', () => {
    for (const text of [
      '',
      `${ORIGIN}\n40\n${root}`,
      `${ORIGIN}\n40\n`,
      `\n40\n${root}\n`,
      `${ORIGIN}\n040\n${root}\n`,
      `${ORIGIN}\n-1\n${root}\n`,
      `${ORIGIN}\n1e3\n${root}\n`,
      `${ORIGIN}\n9007199254740992\n${root}\n`,
      `${ORIGIN}\n40\n${root.slice(0, -1)}\n`,
      `${ORIGIN}\n40\n${encodeBase64(new Uint8Array(31))}\n`,
      `${ORIGIN}\n40\n${root}\n\nmore\n`,
    ]) {
      assert.equal(parseLogCheckpoint(text), undefined, JSON.stringify(text))
    }
  })

  test('further lines are somebody’s own', () => {
    assert.equal(parseLogCheckpoint(`${ORIGIN}\n0\n${root}\nmore\n`)?.tree_size, 0)
  })

  test('a signed text that is no checkpoint, and one of another log, are refused', () => {
    assert.equal(verifyLogCheckpoint(note('hello\n'), ORIGIN, [PUBLIC]).ok, false)
    const foreign = note(`modei/elsewhere\n40\n${root}\n`)
    assert.deepEqual(verifyLogCheckpoint(foreign, ORIGIN, [PUBLIC]), {
      ok: false,
      reason: 'it is the checkpoint of another log',
    })
    assert.equal(verifyLogCheckpoint(checkpoint.note, 'modei/elsewhere', [PUBLIC]).ok, false)
  })

  test('a signed record of the chain does not pass for a checkpoint, nor the other way round', () => {
    const record = '{"type":"enforcement"}'
    assert.throws(() =>
      writeNote(record, { name: ORIGIN, public_key: PUBLIC }, signEd25519(utf8Bytes(record), SEED)),
    )
    assert.throws(() => JSON.parse(checkpoint.text))
  })
})
