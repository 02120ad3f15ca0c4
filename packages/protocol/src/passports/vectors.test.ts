import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadVectors } from '../../test/passport-fixtures.ts'
import { decodeHex } from '../crypto/base64.ts'
import { canonicalJson } from '../crypto/canonical-json.ts'
import { deriveSelfAgentId } from './agent-id.ts'
import { canonicalEnvelope } from './canonical-envelope.ts'
import { signEnvelope } from './issue.ts'
import { gateKeySet } from './key-set.ts'
import { parseEnvelope } from './parse-envelope.ts'
import { verifyPassport } from './verify.ts'

interface VectorCase<Expect> {
  name: string
  passport_json: string
  signature: unknown
  now_ms: number
  keys?: boolean
  pad?: { char: string; count: number }
  expect: Expect
}

interface VectorFile<Expect> {
  keys?: unknown
  cases: VectorCase<Expect>[]
}

function textOf({ passport_json, pad }: VectorCase<unknown>): string {
  return pad === undefined ? passport_json : passport_json.replace('@PAD@', pad.char.repeat(pad.count))
}

/** The same input as an object, where a lenient parser makes one of it. */
function objectOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const chains = loadVectors<VectorFile<{ tier: string; links: number }>>('chains.json')
for (const vector of chains.cases) {
  const options = { now: vector.now_ms, ...(vector.keys && { keys: gateKeySet(chains.keys) }) }
  test(`verifies: ${vector.name}`, () => {
    for (const input of [vector.passport_json, objectOf(vector.passport_json)]) {
      const result = verifyPassport(input, vector.signature, options)
      assert.ok(result.valid, JSON.stringify(result))
      assert.equal(result.tier, vector.expect.tier)
      assert.equal(result.chain.length, vector.expect.links)
      assert.equal(canonicalEnvelope(result.envelope), vector.passport_json)
      assert.equal(canonicalJson(result.envelope), vector.passport_json)
    }
  })
}

const refusals = loadVectors<VectorFile<string>>('refusals.json')
// What a lenient parser hides: duplicate keys vanish and integers are rounded before the verifier sees them.
const ONLY_IN_TEXT = /^(duplicate key|duplicate constraint|2\^53|1e21)/
for (const vector of refusals.cases) {
  const options = { now: vector.now_ms, ...(vector.keys && { keys: gateKeySet(refusals.keys) }) }
  test(`${vector.expect}: ${vector.name}`, () => {
    const result = verifyPassport(vector.passport_json, vector.signature, options)
    assert.equal(result.valid ? 'valid' : result.reason_code, vector.expect)
    const object = objectOf(vector.passport_json)
    if (object === undefined || ONLY_IN_TEXT.test(vector.name)) return
    const again = verifyPassport(object, vector.signature, options)
    assert.equal(again.valid ? 'valid' : again.reason_code, vector.expect)
  })
}

for (const vector of loadVectors<VectorFile<string>>('size-limit.json').cases) {
  test(`${vector.expect}: ${vector.name}`, () => {
    for (const input of [textOf(vector), objectOf(textOf(vector))]) {
      const result = verifyPassport(input, vector.signature, { now: vector.now_ms })
      assert.equal(result.valid ? 'valid' : result.reason_code, vector.expect)
    }
  })
}

test('gives the bytes, ids and signatures that the Modei back end and its Python package give', () => {
  const parity = loadVectors<{
    root: { private_key_seed_hex: string; canonical: string; signature: string }
    leaf: { canonical: string; signature: string }
    agent_ids: { root: string; leaf: string }
  }>('parity.json')
  const seed = decodeHex(parity.root.private_key_seed_hex)
  assert.ok(seed !== undefined)
  for (const name of ['root', 'leaf'] as const) {
    const parsed = parseEnvelope(parity[name].canonical)
    assert.ok(parsed.ok)
    const signed = signEnvelope(parsed.envelope, seed)
    assert.equal(signed.passport_json, parity[name].canonical)
    assert.equal(signed.signature, parity[name].signature)
    assert.equal(deriveSelfAgentId(parsed.envelope.identity.public_key), parity.agent_ids[name])
  }
})
