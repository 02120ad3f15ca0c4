import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { suite, test } from 'node:test'
import { verifyAttestationSignature } from './offline.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const RAW_KEY = publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64')
const TEXT = '{"action":"flights:book","cost_cents":900,"note":"é"}'
const SIGNATURE = signatureOver(TEXT)

function signatureOver(text: string): string {
  return sign(null, Buffer.from(text), privateKey).toString('base64')
}

test('a signature over exactly the text is verified', () => {
  assert.equal(verifyAttestationSignature(TEXT, SIGNATURE, RAW_KEY), true)
})

suite('anything else is false and never an exception', () => {
  const other = generateKeyPairSync('ed25519')
    .publicKey.export({ format: 'der', type: 'spki' })
    .subarray(12)
    .toString('base64')
  const smallOrder = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString('base64')
  const forAll = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]).toString('base64')
  const cases: [string, string, string, string][] = [
    ['another number', TEXT.replace('900', '901'), SIGNATURE, RAW_KEY],
    ['the same JSON, printed otherwise', TEXT.replace(',', ', '), SIGNATURE, RAW_KEY],
    ['no text', '', SIGNATURE, RAW_KEY],
    ['a lone surrogate, by what its bytes would be', '"\ud800"', signatureOver('"\ufffd"'), RAW_KEY],
    ['another key', TEXT, SIGNATURE, other],
    ['a key of small order', TEXT, forAll, smallOrder],
    ['a signature cut short', TEXT, SIGNATURE.slice(0, -4), RAW_KEY],
    ['a signature with junk in it', TEXT, `${SIGNATURE}\n`, RAW_KEY],
    ['a signature without padding', TEXT, SIGNATURE.replace(/=+$/, ''), RAW_KEY],
    ['an empty signature', TEXT, '', RAW_KEY],
    ['an empty key', TEXT, SIGNATURE, ''],
    ['a key with its prefix', TEXT, SIGNATURE, `ed25519:${RAW_KEY}`],
  ]
  for (const [name, text, signature, key] of cases) {
    test(name, () => assert.equal(verifyAttestationSignature(text, signature, key), false))
  }
  test('values that are no strings', () => {
    for (const value of [undefined, null, 1, {}, []]) {
      assert.equal(Reflect.apply(verifyAttestationSignature, undefined, [value, value, value]), false)
    }
  })
})
