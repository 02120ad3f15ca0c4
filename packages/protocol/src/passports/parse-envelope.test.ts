import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chainOf, selfIssued } from '../../test/passport-fixtures.ts'
import { parseStrictJson } from '../crypto/strict-json.ts'
import { canonicalEnvelope } from './canonical-envelope.ts'
import { parseEnvelope } from './parse-envelope.ts'

const { envelope, passport_json } = selfIssued()

function reasonOf(input: unknown): string {
  const parsed = parseEnvelope(input)
  return parsed.ok ? 'ok' : parsed.reason_code
}

test('what was checked is a copy: changing the input afterwards changes nothing', () => {
  const input = structuredClone(envelope) as unknown as {
    permissions: { constraints: Record<string, unknown> }[]
  }
  const parsed = parseEnvelope(input)
  for (const permission of input.permissions) permission.constraints.max_daily_cost = 1
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.envelope, envelope)
})

test('hostile objects are refused and nothing is thrown', () => {
  const cyclic: Record<string, unknown> = { ...envelope }
  cyclic.verification_evidence = [cyclic]
  const throwing = {
    ...envelope,
    get identity(): never {
      throw new Error('no')
    },
  }
  const hostile: [string, unknown][] = [
    ['undefined', undefined],
    ['a function', () => envelope],
    ['a bigint', 2n],
    ['a cycle', cyclic],
    ['a throwing getter', throwing],
    ['a proxy that throws', new Proxy({}, { getPrototypeOf: () => assert.fail() })],
    ['an instance of a class', Object.assign(new (class Passport {})(), envelope)],
    ['a Map', new Map(Object.entries(envelope))],
    ['an undefined member', { ...envelope, delegation_authority: undefined }],
    ['an undefined extra member', { ...envelope, note: undefined }],
    ['a date among the constraints', withConstraint(new Date(0))],
    ['undefined among the constraints', withConstraint(undefined)],
    ['a sparse array among the constraints', withConstraint(new Array(2))],
    ['NaN among the constraints', withConstraint(Number.NaN)],
    ['infinity among the constraints', withConstraint(Number.NEGATIVE_INFINITY)],
    ['a lone surrogate among the constraints', withConstraint('\ud800')],
    ['a lone surrogate in the key of a constraint', withConstraint({ '\udfff': 1 })],
    ['a lone surrogate in a name', { ...envelope, identity: { ...envelope.identity, agent_name: '\ud800' } }],
    ['a bigint among the constraints', withConstraint(1n)],
    ['an own __proto__ among the constraints', withConstraint(JSON.parse('{"__proto__":1}'))],
    ['a bigint for the version', { ...envelope, schema_version: 2n }],
  ]
  for (const [name, input] of hostile) assert.equal(reasonOf(input), 'invalid_envelope_shape', name)
})

function withConstraint(value: unknown): unknown {
  return { ...envelope, permissions: [{ permission_key: 'a', constraints: { x: value } }] }
}

test('the detail of a number that is not finite names it and its place', () => {
  const parsed = parseEnvelope(withConstraint(Number.NaN))
  assert.ok(!parsed.ok)
  assert.match(parsed.detail, /^\/permissions\/0\/constraints\/x non_finite_number_in_canonical_input/)
})

test('minus zero is read as zero', () => {
  const parsed = parseEnvelope(withConstraint(-0))
  assert.ok(parsed.ok)
  assert.ok(Object.is(parsed.envelope.permissions[0]?.constraints.x, 0))
})

test('a nested link that equals the link further out is the same object, in texts and in objects', () => {
  const { passport_json: text } = chainOf(5)
  for (const input of [text, JSON.parse(text), ` ${text}`]) {
    const parsed = parseEnvelope(input)
    assert.ok(parsed.ok)
    const chain = parsed.envelope.provenance.delegation_chain ?? []
    for (const [index, link] of chain.entries()) {
      const own = link.passport_json.provenance.delegation_chain
      assert.deepEqual(own ?? [], chain.slice(0, index))
      assert.ok((own ?? []).every((nested, place) => nested === chain[place]))
    }
  }
})

test('a nested link that differs in one number is another object', () => {
  const text = chainOf(2).passport_json.replace('"verification_evidence":[]', '"verification_evidence":[1]')
  const parsed = parseEnvelope(JSON.parse(text))
  assert.ok(parsed.ok)
  const chain = parsed.envelope.provenance.delegation_chain ?? []
  assert.notEqual(chain[1]?.passport_json.provenance.delegation_chain?.[0], chain[0])
})

test('a text is read alike whether or not it is canonical', () => {
  const value: unknown = JSON.parse(passport_json)
  for (const text of [JSON.stringify(value, null, 2), JSON.stringify(value), passport_json]) {
    const parsed = parseEnvelope(text)
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.envelope, envelope)
  }
})

test('any text that is accepted is one that the strict parser accepts', () => {
  const json = fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom(
      '9007199254740991',
      '9007199254740992',
      '1e+21',
      '1e300',
      '"\\ud800"',
      '{"a":1,"a":1}',
      '-0',
      '1E2',
    ),
    fc.constantFrom('"9007199254740992"', '{"__proto__":1}', '{"constructor":{}}', '[[[]]]', '1.50', ' [] '),
  )
  fc.assert(
    fc.property(json, (evidence) => {
      const text = passport_json.replace(
        '"verification_evidence":[]',
        `"verification_evidence":[${evidence}]`,
      )
      const strict = parseStrictJson(text, { maxDepth: 64 })
      assert.equal(parseEnvelope(text).ok, strict.ok)
    }),
    { numRuns: 500 },
  )
})

test('the canonical text of what was read is the text', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (constraints) => {
      const parsed = parseEnvelope({ ...envelope, permissions: [{ permission_key: 'a', constraints }] })
      if (!parsed.ok) return
      const again = parseEnvelope(canonicalEnvelope(parsed.envelope))
      if (again.ok) assert.deepEqual(again.envelope, parsed.envelope)
      else assert.match(again.detail, /2\^53|surrogate|forbidden/)
    }),
    { numRuns: 300 },
  )
})
