import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Ed25519Vectors, runEd25519Suite } from '../../test/runtimes/ed25519-suite.ts'
import { decodeHex } from './base64.ts'
import {
  checkPublicKey,
  checkSignature,
  importPublicKey,
  importSigningKey,
  publicKeyFromSeed,
  signEd25519,
  signWith,
  signWithAsync,
  verifyEd25519,
  verifyWith,
  verifyWithAsync,
} from './ed25519.ts'
import { publicKeyPortable, signPortable, verifyPortable } from './ed25519-portable.ts'

const FILES = ['rfc8032', 'wycheproof', 'speccheck', 'hostile']
const SEED = new Uint8Array(32).fill(7)
const PUBLIC_KEY = publicKeyFromSeed(SEED)
const MESSAGE = new TextEncoder().encode('pay 900 cents')
const SIGNATURE = signEd25519(MESSAGE, SEED)

describe('vectors', () => {
  for (const file of FILES) {
    test(`${file}: the runtime and the portable implementation give the stated verdicts`, () => {
      const { passed, failed } = runEd25519Suite({ [file]: read(file) })
      assert.deepEqual(failed, [])
      assert.ok(passed >= 2 * read(file).cases.length)
    })
  }

  test('a runtime without node:crypto, without Buffer and without process gives the same verdicts', () => {
    const script = `
      const load = async () => {
        const files = JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(FILES.map((f) => [f, read(f)]))))})
        const log = console.log
        delete globalThis.Buffer
        delete globalThis.process
        const { nodeCrypto } = await import(${JSON.stringify(new URL('./node-crypto.ts', import.meta.url).href)})
        const { runEd25519Suite } = await import(${JSON.stringify(new URL('../../test/runtimes/ed25519-suite.ts', import.meta.url).href)})
        log(JSON.stringify({ platform: nodeCrypto !== undefined, ...runEd25519Suite(files) }))
      }
      await load()`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-'], {
      input: script,
      encoding: 'utf8',
    })
    assert.notEqual(stdout, '', stderr)
    const { platform, passed, failed } = JSON.parse(stdout)
    assert.equal(platform, false)
    assert.deepEqual(failed, [])
    assert.ok(passed > 700)
  })

  test('shapes are told before any curve arithmetic', () => {
    for (const { name, public_key, signature, shape } of read('hostile').cases) {
      if (shape === undefined) continue
      const shapes = [checkPublicKey(bytes(public_key)), checkSignature(bytes(signature))]
      assert.ok(shapes.includes(shape), `${name}: ${shapes}`)
    }
    assert.deepEqual([checkPublicKey(PUBLIC_KEY), checkSignature(SIGNATURE)], ['ok', 'ok'])
  })
})

describe('prepared keys', () => {
  test('verify and sign like raw ones, on the thread pool too', async () => {
    const key = importPublicKey(PUBLIC_KEY)
    const signer = importSigningKey(SEED)
    assert.ok(key !== undefined)
    assert.deepEqual(signWith(signer, MESSAGE), SIGNATURE)
    assert.deepEqual(await signWithAsync(signer, MESSAGE), SIGNATURE)
    assert.equal(verifyWith(key, MESSAGE, SIGNATURE), true)
    assert.equal(await verifyWithAsync(key, MESSAGE, SIGNATURE), true)
  })

  test('refuse every vector that the raw ones refuse', async () => {
    for (const file of FILES) {
      for (const { name, public_key, message, signature, valid } of read(file).cases) {
        const key = importPublicKey(bytes(public_key))
        const verdict = key !== undefined && verifyWith(key, bytes(message), bytes(signature))
        const later = key !== undefined && (await verifyWithAsync(key, bytes(message), bytes(signature)))
        assert.deepEqual([verdict, later], [valid, valid], name)
      }
    }
  })

  test('do not change when the bytes that they came from do', () => {
    const raw = PUBLIC_KEY.slice()
    const seed = SEED.slice()
    const [key, signer] = [importPublicKey(raw), importSigningKey(seed)]
    raw.fill(0)
    seed.fill(0)
    assert.ok(key !== undefined && verifyWith(key, MESSAGE, SIGNATURE))
    assert.deepEqual(key.publicKey, PUBLIC_KEY)
    assert.deepEqual(signer.seed, SEED)
    assert.deepEqual(signWith(signer, MESSAGE), SIGNATURE)
  })
})

describe('when in doubt, false', () => {
  const noBytes: unknown[] = [
    undefined,
    null,
    0,
    'AQID',
    [],
    {},
    new ArrayBuffer(32),
    new Uint16Array(32),
    Array(64).fill(0),
  ]
  for (const value of noBytes) {
    test(`${Object.prototype.toString.call(value)} is no key, no message and no signature`, async () => {
      const key = importPublicKey(PUBLIC_KEY)
      assert.ok(key !== undefined)
      // @ts-expect-error: callers in JavaScript pass anything
      const any: Uint8Array = value
      assert.equal(verifyEd25519(any, MESSAGE, SIGNATURE), false)
      assert.equal(verifyEd25519(PUBLIC_KEY, any, SIGNATURE), false)
      assert.equal(verifyEd25519(PUBLIC_KEY, MESSAGE, any), false)
      assert.equal(await verifyWithAsync(key, any, SIGNATURE), false)
      assert.equal(await verifyWithAsync(key, MESSAGE, any), false)
      assert.equal(checkPublicKey(any), 'malformed')
      assert.equal(checkSignature(any), 'malformed')
    })
  }

  test('a text is no message, not even the one whose bytes were signed', () => {
    const text: unknown = 'pay 900 cents'
    // @ts-expect-error: callers in JavaScript pass anything
    assert.equal(verifyEd25519(PUBLIC_KEY, text, SIGNATURE), false)
  })

  test('a seed of any other length is an error, not a key', () => {
    for (const length of [0, 31, 33, 64]) {
      assert.throws(() => publicKeyFromSeed(new Uint8Array(length)), TypeError)
      assert.throws(() => signEd25519(MESSAGE, new Uint8Array(length)), TypeError)
      assert.throws(() => importSigningKey(new Uint8Array(length)), TypeError)
    }
  })
})

describe('laws', () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const messages = fc.uint8Array({ maxLength: 200 })

  test('the portable implementation makes the same keys and signatures', () => {
    fc.assert(
      fc.property(seeds, messages, (seed, message) => {
        const publicKey = publicKeyFromSeed(seed)
        const signature = signEd25519(message, seed)
        assert.deepEqual(publicKeyPortable(seed), publicKey)
        assert.deepEqual(signPortable(message, seed), signature)
        assert.equal(verifyEd25519(publicKey, message, signature), true)
        assert.equal(verifyPortable(publicKey, message, signature), true)
      }),
      { numRuns: 30 },
    )
  })

  test('one bit changed anywhere is refused, by both implementations', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.nat(),
        (seed, message, position) => {
          const parts = [publicKeyFromSeed(seed), message, signEd25519(message, seed)]
          const bit = position % (8 * (96 + message.length))
          const [publicKey, changed, signature] = flipBit(parts, bit)
          assert.ok(publicKey !== undefined && changed !== undefined && signature !== undefined)
          assert.equal(verifyEd25519(publicKey, changed, signature), false)
          assert.equal(portableVerdict(publicKey, changed, signature), false)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('both implementations agree on arbitrary bytes', () => {
    fc.assert(
      fc.property(
        seeds,
        messages,
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        (publicKey, message, signature) => {
          signature[63] = (signature[63] ?? 0) & 0x0f
          assert.equal(
            verifyEd25519(publicKey, message, signature),
            portableVerdict(publicKey, message, signature),
          )
        },
      ),
      { numRuns: 60 },
    )
  })
})

type Shaped = Ed25519Vectors & { cases: { shape?: 'malformed' | 'invalid' }[] }

function read(file: string): Shaped {
  const url = new URL(`../../../../vectors/ed25519/${file}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8'))
}

function bytes(hex: string): Uint8Array {
  const decoded = decodeHex(hex)
  assert.ok(decoded !== undefined, hex)
  return decoded
}

function portableVerdict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (checkPublicKey(publicKey) !== 'ok' || checkSignature(signature) !== 'ok') return false
  try {
    return verifyPortable(publicKey, message, signature)
  } catch {
    return false
  }
}

/** Copies of `parts`, as one bit string with bit number `bit` flipped. */
function flipBit(parts: Uint8Array[], bit: number): Uint8Array[] {
  let offset = bit
  return parts.map((part) => {
    const copy = part.slice()
    if (offset >= 0 && offset < 8 * copy.length)
      copy[offset >> 3] = (copy[offset >> 3] ?? 0) ^ (1 << (offset & 7))
    offset -= 8 * copy.length
    return copy
  })
}
