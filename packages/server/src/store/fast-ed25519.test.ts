import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { fastEd25519 } from './fast-ed25519.ts'
import { privateKeyFromSeed } from './signer.ts'

/** RFC 8032, section 7.1, tests 1 to 3. */
const VECTORS = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    bytes: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    bytes: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    bytes: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
]

for (const { seed, bytes, signature } of VECTORS) {
  test(`${bytes.length / 2} bytes are signed as the standard says`, () => {
    const key = privateKeyFromSeed(Buffer.from(seed, 'hex'))
    assert.equal(fastEd25519()(key)(Buffer.from(bytes, 'hex')).toString('hex'), signature)
  })
}

test('whatever is signed gets the signature that OpenSSL makes, and an earlier one stays as it was', () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(seed, fc.uint8Array({ maxLength: 5000 }), (raw, bytes) => {
      const key = privateKeyFromSeed(raw)
      const signWith = fastEd25519()(key)
      const first = signWith(bytes)
      signWith(Buffer.from('another'))
      assert.deepEqual(first, sign(null, bytes, key))
    }),
  )
})

const USELESS: [name: string, load: () => unknown][] = [
  [
    'is not installed',
    () => {
      throw new Error('Cannot find module')
    },
  ],
  ['is something else', () => ({ crypto_sign: () => undefined })],
  ['is nothing', () => undefined],
  ['writes no signature', () => ({ crypto_sign_detached: () => undefined })],
  ['writes a wrong signature', () => ({ crypto_sign_detached: (out: Buffer) => out.fill(7) })],
  [
    'throws when it signs',
    () => ({
      crypto_sign_detached() {
        throw new Error('symbol not found')
      },
    }),
  ],
]

for (const [name, load] of USELESS) {
  test(`a library that ${name} is not used, and all is signed without it`, () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const bytes = Buffer.from('a record')
    const signature = fastEd25519(load)(privateKey)(bytes)
    assert.ok(verify(null, bytes, createPublicKey(privateKey), signature))
  })
}

test('a library that signs as OpenSSL does is used', () => {
  let calls = 0
  const load = () => ({
    crypto_sign_detached(out: Buffer, bytes: Uint8Array, secretKey: Buffer) {
      calls += 1
      assert.equal(secretKey.length, 64)
      sign(null, bytes, privateKeyFromSeed(secretKey.subarray(0, 32))).copy(out)
    },
  })
  const { privateKey } = generateKeyPairSync('ed25519')
  fastEd25519(load)(privateKey)(Buffer.from('a record'))
  // Once to be tried, once to sign.
  assert.equal(calls, 2)
})
