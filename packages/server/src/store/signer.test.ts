import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { encodeBase64, publicKeyFromSeed, utf8Bytes, verifyEd25519 } from '@modei/protocol'
import { SecretBox } from '../secret-box.ts'
import { Signer, type ToSign } from './signer.ts'

const box = new SecretBox('a secret for signers under test, 32 characters')

function keyOf(number: number): ToSign['key'] {
  const seed = randomBytes(32)
  const id = `sk_${number}`
  return { id, public_key: encodeBase64(publicKeyFromSeed(seed)), sealed_seed: box.seal(seed, id) }
}

async function assertSigns(signer: Signer, keys: readonly ToSign['key'][]): Promise<void> {
  const texts = keys.map((key, index) => ({ key, text: `text ${index}` }))
  const signatures = await signer.signAll(texts)
  assert.equal(signatures.length, texts.length)
  for (const [index, { key, text }] of texts.entries()) {
    const signature = Buffer.from(signatures[index] ?? '', 'base64')
    const publicKey = Buffer.from(key.public_key, 'base64')
    assert.ok(verifyEd25519(publicKey, utf8Bytes(text), signature), `${key.id} signs its own text`)
  }
}

test('batches of every size are signed, each text by its own key', async (t) => {
  const signer = new Signer(box)
  t.after(() => signer.close())
  const keys = Array.from({ length: 8 }, (_, number) => keyOf(number))
  for (const size of [0, 1, 3, 4, 8, 4, 1]) await assertSigns(signer, keys.slice(0, size))
})

test('keys that had to be forgotten for others sign again, on the thread too', async (t) => {
  const signer = new Signer(box, 8)
  t.after(() => signer.close())
  const keys = Array.from({ length: 24 }, (_, number) => keyOf(number))
  for (const from of [0, 4, 8, 0, 20, 0]) await assertSigns(signer, keys.slice(from, from + 4))
  await Promise.all([0, 1, 6, 12, 0].map((from) => assertSigns(signer, keys.slice(from, from + 12))))
})

test('a key that cannot be opened refuses its batch, and the others of it sign in the next', async (t) => {
  const signer = new Signer(box)
  t.after(() => signer.close())
  const keys = Array.from({ length: 4 }, (_, number) => keyOf(number))
  const lost = { ...keyOf(4), sealed_seed: null }
  const texts = [...keys, lost].map((key) => ({ key, text: 'a text' }))
  await assert.rejects(signer.signAll(texts), /has no seed/)
  await assertSigns(signer, keys)
})

test('after the thread ended, whether a batch waited for it or none, the next one is signed', async () => {
  const signer = new Signer(box)
  const keys = Array.from({ length: 4 }, (_, number) => keyOf(number))
  await assertSigns(signer, keys)
  await signer.close()
  await assertSigns(signer, keys)
  const waiting = signer.signAll(keys.map((key) => ({ key, text: 'a text' })))
  await Promise.all([signer.close(), waiting.catch(() => undefined)])
  await assertSigns(signer, keys)
  await signer.close()
})
