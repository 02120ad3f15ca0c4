import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readVectors } from '../test/read-vectors.ts'
import { type IdKind, isId, makeId } from './ids.ts'

interface IdCase {
  kind: IdKind
  id: string
}

const { accepted, refused } = readVectors<{ accepted: IdCase[]; refused: IdCase[] }>('ids/ids.json')
const KINDS: IdKind[] = [
  'workspace',
  'gate',
  'issuer',
  'passport',
  'agent',
  'api_key',
  'attestation',
  'approval',
  'settlement',
  'signing_key',
  'template',
]

describe('isId', () => {
  for (const { kind, id } of accepted) test(`accepts ${kind} ${id}`, () => assert.ok(isId(kind, id)))
  for (const { kind, id } of refused) {
    test(`refuses ${kind} ${JSON.stringify(id)}`, () => assert.equal(isId(kind, id), false))
  }

  test('refuses everything that is no string', () => {
    for (const kind of KINDS) {
      for (const value of [undefined, null, 0, true, [], {}, ['pp_a'], { toString: () => 'pp_a' }]) {
        assert.equal(isId(kind, value), false)
      }
    }
  })

  test('nothing accepted changes the path it is put into', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.string(), fc.string(), (kind, a, b) => {
        for (const id of [a, `${a}/${b}`, `${a}/../${b}`, `gate_${a}`, `pp_${a}`]) {
          if (!isId(kind, id)) continue
          const url = new URL(`http://localhost/api/x/${encodeURIComponent(id)}/y`)
          assert.equal(decodeURIComponent(url.pathname), `/api/x/${id}/y`)
          assert.equal(url.search + url.hash, '')
        }
      }),
    )
  })

  test('an id that is put into a path without encoding cannot climb out of it', () => {
    for (const { kind, id } of accepted) {
      const { pathname } = new URL(`http://localhost/api/x/${id}`)
      assert.equal(pathname, `/api/x/${id}`, `${kind} ${id}`)
    }
  })
})

describe('makeId', () => {
  const random = (byte: number) => new Uint8Array(15).fill(byte)

  test('sorts by time', () => {
    fc.assert(
      fc.property(fc.nat(4_102_444_800_000), fc.nat(4_102_444_800_000), (a, b) => {
        fc.pre(a < b)
        return makeId('att', a, random(255)) < makeId('att', b, random(0))
      }),
    )
  })

  test('makes ids of every kind that the server makes', () => {
    const prefixes: [IdKind, string][] = [
      ['workspace', 'ws'],
      ['issuer', 'iss'],
      ['passport', 'pp'],
      ['api_key', 'key'],
      ['attestation', 'att'],
      ['attestation', 'enf'],
      ['attestation', 'ca'],
      ['attestation', 'apr'],
      ['attestation', 'sys'],
      ['approval', 'hold'],
      ['settlement', 'stl'],
      ['signing_key', 'sk'],
    ]
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 15, maxLength: 15 }), fc.nat(), (bytes, now) => {
        for (const [kind, prefix] of prefixes) assert.ok(isId(kind, makeId(prefix, now, bytes)))
      }),
    )
  })

  test('uses each random byte', () => {
    const ids = Array.from({ length: 15 }, (_, index) => {
      const bytes = random(0)
      bytes[index] = 1
      return makeId('pp', 0, bytes)
    })
    assert.equal(new Set(ids).size, 15)
  })
})
