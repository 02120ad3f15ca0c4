import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chainOf, gateIssued, selfIssued } from '../../test/passport-fixtures.ts'
import { canonicalJson } from '../crypto/canonical-json.ts'
import { utf8Bytes } from '../crypto/utf8.ts'
import { canonicalEnvelope, envelopeWriter } from './canonical-envelope.ts'
import { type Envelope, ISSUER_TYPES } from './envelope.ts'
import { parseEnvelope } from './parse-envelope.ts'

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const nameOrNull = fc.option(name, { nil: null })

const anyEnvelope: fc.Arbitrary<Envelope> = fc
  .record({
    schema_version: fc.constant(2),
    passport_id: name,
    identity: fc.record({ agent_id: name, agent_name: nameOrNull, public_key: name }),
    permissions: fc.array(
      fc.record({ permission_key: name, constraints: fc.dictionary(name, fc.jsonValue(), { maxKeys: 4 }) }),
      { maxLength: 4 },
    ),
    provenance: fc.record({
      issuer: fc.record({ type: fc.constantFrom(...ISSUER_TYPES), id: name, key_id: name }),
      gate_id: nameOrNull,
      catalog_content_hash: nameOrNull,
      catalog_version: fc.option(fc.nat(), { nil: null }),
      delegation_chain: fc.constant(null),
      issued_at: fc.constant('2026-05-01T00:00:00.000Z'),
      expires_at: fc.constant('2026-05-02T00:00:00.000Z'),
    }),
    delegation_authority: fc.boolean(),
    verification_evidence: fc.array(fc.jsonValue(), { maxLength: 3 }),
  })
  .map((draft) => parseEnvelope(draft))
  .filter((parsed) => parsed.ok)
  .map((parsed) => parsed.envelope)

test('an envelope is written as RFC 8785 writes it', () => {
  fc.assert(
    fc.property(anyEnvelope, (envelope) => {
      assert.equal(canonicalEnvelope(envelope), canonicalJson(envelope))
    }),
    { numRuns: 300 },
  )
})

test('an envelope with a chain is written as RFC 8785 writes it, whatever the chain holds', () => {
  fc.assert(
    fc.property(
      fc.array(anyEnvelope, { minLength: 2, maxLength: 4 }),
      name,
      ([leaf, ...above], signature) => {
        assert.ok(leaf !== undefined)
        const delegation_chain = above.map((passport_json) => ({ passport_json, signature }))
        const delegated = { ...leaf, provenance: { ...leaf.provenance, delegation_chain } }
        assert.equal(canonicalEnvelope(delegated), canonicalJson(delegated))
      },
    ),
    { numRuns: 100 },
  )
})

test('chains are written as RFC 8785 writes them, with one writer for all links', () => {
  for (const passport of [chainOf(5), chainOf(3, gateIssued('root', { delegationAuthority: true }))]) {
    const parsed = parseEnvelope(JSON.parse(passport.passport_json))
    assert.ok(parsed.ok)
    const writer = envelopeWriter()
    for (const link of parsed.envelope.provenance.delegation_chain ?? []) {
      assert.equal(writer.text(link.passport_json), canonicalJson(link.passport_json))
    }
    assert.equal(writer.text(parsed.envelope), passport.passport_json)
  }
})

test('the size leaves the chain out and counts bytes, not characters', () => {
  const { envelope } = chainOf(2)
  const alone = { ...envelope, provenance: { ...envelope.provenance, delegation_chain: null } }
  const size = utf8Bytes(canonicalJson(alone)).length
  assert.equal(envelopeWriter().excess(envelope, size), undefined)
  assert.equal(envelopeWriter().excess(envelope, size - 1), size)
  const wide = selfIssued('root', { verificationEvidence: ['€'.repeat(1000)] }).envelope
  const wideSize = utf8Bytes(canonicalJson(wide)).length
  assert.equal(envelopeWriter().excess(wide, wideSize), undefined)
  assert.equal(envelopeWriter().excess(wide, wideSize - 1), wideSize)
})
