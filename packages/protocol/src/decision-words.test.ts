import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readVectors } from '../test/read-vectors.ts'
import {
  API_VERSIONS,
  type ApiVersion,
  CANONICAL_DECISIONS,
  type CanonicalDecision,
  DECISION_WORDS,
  type DecisionKind,
  isApiVersion,
  parseDecision,
  parseRecordedResult,
  spellDecision,
} from './decision-words.ts'

const spelled = readVectors<{
  cases: { decision: CanonicalDecision; kind: DecisionKind; version: ApiVersion; word: string }[]
}>('decision-words/spelled.json').cases
const read = readVectors<{ cases: { word: string; decision: string | null; recorded: string | null }[] }>(
  'decision-words/read.json',
).cases

describe('spellDecision', () => {
  for (const { decision, kind, version, word } of spelled) {
    test(`${version} spells ${kind}'s ${decision} as ${word}`, () =>
      assert.equal(spellDecision(decision, kind, version), word))
  }

  test('every spelling reads back as what was spelled, in every version', () => {
    for (const version of API_VERSIONS) {
      for (const decision of CANONICAL_DECISIONS) {
        for (const kind of ['check', 'enforce'] as const) {
          assert.equal(parseDecision(spellDecision(decision, kind, version)), decision)
        }
      }
    }
  })
})

describe('parseDecision', () => {
  for (const { word, decision, recorded } of read) {
    test(`${JSON.stringify(word)} is ${decision ?? 'no decision'}`, () => {
      assert.equal(parseDecision(word), decision ?? undefined)
      assert.equal(parseRecordedResult(word), recorded ?? undefined)
    })
  }

  test('reads every word that schemas and documentation name', () => {
    for (const word of DECISION_WORDS) assert.notEqual(parseDecision(word), undefined, word)
  })
})

test('only listed API versions are versions', () => {
  for (const version of API_VERSIONS) assert.ok(isApiVersion(version))
  for (const version of ['', '2026-04-23', '2026-4-22', '1', 'latest', undefined, null, 20260422]) {
    assert.equal(isApiVersion(version), false)
  }
})
