import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { encodeBase64 } from './base64.ts'
import { canonicalJson } from './canonical-json.ts'
import {
  type ChainLink,
  type ChainOptions,
  type ChainRecord,
  chainHash,
  type FindSequenceSubject,
  verifyChain,
  verifyChainStream,
} from './chain.ts'
import { importSigningKey, publicKeyFromSeed, signWith } from './ed25519.ts'
import { utf8Bytes } from './utf8.ts'

type Case = {
  name: string
  records: (number | ChainRecord)[]
  start?: ChainLink
  checkpoint?: ChainLink
  sequences?: boolean
  ok: boolean
  count?: number
  head?: ChainLink | null
  at?: number
  reason?: string
}
type Vectors = { public_keys: Record<string, string>; chain: ChainRecord[]; cases: Case[] }

const VECTORS: Vectors = JSON.parse(
  readFileSync(new URL('../../../../vectors/chain/attestation-chain.json', import.meta.url), 'utf8'),
)

describe('vectors', () => {
  for (const vector of VECTORS.cases) {
    test(`${vector.ok ? 'whole' : `refused as ${vector.reason}`}: ${vector.name}`, async () => {
      const records = vector.records.map((record) =>
        typeof record === 'number' ? chainRecord(record) : record,
      )
      const verdict = verifyChain(records, optionsOf(vector))
      if (verdict.ok) {
        assert.deepEqual(verdict, { ok: vector.ok, count: vector.count, head: vector.head })
      } else {
        const { detail, ...fault } = verdict
        assert.deepEqual(fault, { ok: vector.ok, at: vector.at, reason: vector.reason })
        assert.match(detail, /^[a-z`].*[^.]$/s)
      }
      assert.deepEqual(await verifyChainStream(stream(records), optionsOf(vector)), verdict)
    })
  }
})

describe('laws', () => {
  test('any byte of any column changed, in any record, is detected', () => {
    const columns = ['attestation_json', 'signature', 'signing_key_id', 'chain_hash'] as const
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.constantFrom(...columns),
        fc.nat(),
        fc.integer({ min: 1, max: 127 }),
        (i, column, p, x) => {
          const records = VECTORS.chain.map((record) => ({ ...record }))
          const record = records[i]
          assert.ok(record !== undefined)
          const text = record[column]
          const at = p % text.length
          record[column] =
            text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ x) + text.slice(at + 1)
          const verdict = verifyChain(records, optionsOf({}))
          assert.ok(!verdict.ok && verdict.at === i + 1)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('any selection or order but the chain itself is detected against its checkpoint', () => {
    const checkpoint = { chain_index: 6, chain_hash: chainRecord(6).chain_hash }
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }), (indexes) => {
        const verdict = verifyChain(indexes.map(chainRecord), optionsOf({ checkpoint }))
        assert.equal(verdict.ok, indexes.join() === '1,2,3,4,5,6')
      }),
    )
  })

  test('verifying in parts gives what verifying at once gives', () => {
    for (let cut = 1; cut < 6; cut++) {
      const first = verifyChain(VECTORS.chain.slice(0, cut), optionsOf({}))
      assert.ok(first.ok && first.head !== null)
      const second = verifyChain(VECTORS.chain.slice(cut), optionsOf({ start: first.head }))
      assert.deepEqual(second.ok && second.head, { chain_index: 6, chain_hash: chainRecord(6).chain_hash })
    }
  })
})

describe('streaming', () => {
  test('reads one record at a time and stops at the first fault', () => {
    let read = 0
    function* records() {
      for (const record of VECTORS.chain) {
        read++
        yield read === 3 ? { ...record, attestation_json: '{}' } : record
      }
    }
    const verdict = verifyChain(records(), optionsOf({}))
    assert.deepEqual([verdict.ok, read], [false, 3])
  })

  test('a long chain, made on the fly, verifies', () => {
    const seed = new Uint8Array(32).fill(9)
    const publicKey = encodeBase64(publicKeyFromSeed(seed))
    const verdict = verifyChain(madeChain(seed, 500), { findPublicKey: () => publicKey })
    assert.ok(verdict.ok && verdict.count === 500)
  })

  test('a failure to read or to look up a key is an exception, not a verdict', async () => {
    const broken = new Error('disk')
    assert.throws(
      () => verifyChain(VECTORS.chain, { findPublicKey: () => { throw broken } }), // biome-ignore format: one line
      broken,
    )
    await assert.rejects(
      verifyChainStream(
        (async function* () {
          yield chainRecord(1)
          throw broken
        })(),
        optionsOf({}),
      ),
      broken,
    )
  })
})

test('the link is the hex SHA-256 of the UTF-8 bytes of the signed text', () => {
  assert.equal(chainHash('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  for (const record of VECTORS.chain) assert.equal(chainHash(record.attestation_json), record.chain_hash)
})

function optionsOf({ start, checkpoint, sequences }: Partial<Case>): ChainOptions {
  const { public_keys } = VECTORS
  return {
    findPublicKey: (id) => (Object.hasOwn(public_keys, id) ? public_keys[id] : undefined),
    start,
    checkpoint,
    findSequenceSubject: sequences === true ? findSubject : undefined,
  }
}

const findSubject: FindSequenceSubject = ({ passport_id }) =>
  typeof passport_id === 'string' ? { key: passport_id, gapless: false } : { key: '', gapless: true }

function chainRecord(index: number): ChainRecord {
  const record = VECTORS.chain[index - 1]
  assert.ok(record !== undefined)
  return record
}

async function* stream(records: ChainRecord[]) {
  for (const record of records) yield record
}

function* madeChain(seed: Uint8Array, length: number): Generator<ChainRecord> {
  const key = importSigningKey(seed)
  let previous_hash: string | null = null
  for (let chain_index = 1; chain_index <= length; chain_index++) {
    const attestation_json = canonicalJson({ chain_index, previous_hash, sequence_number: chain_index })
    const chain_hash = chainHash(attestation_json)
    const signature = encodeBase64(signWith(key, utf8Bytes(attestation_json)))
    yield { attestation_json, signature, signing_key_id: 'key', chain_index, chain_hash }
    previous_hash = chain_hash
  }
}
