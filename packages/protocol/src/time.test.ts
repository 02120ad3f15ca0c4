import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readVectors } from '../test/read-vectors.ts'
import { formatTimestamp, parseAnsweredTimestamp, parseDate, parseDuration, parseTimestamp } from './time.ts'

interface Cases<T> {
  cases: T[]
}

describe('parseTimestamp', () => {
  const { cases } =
    readVectors<Cases<{ name: string; text: string; ms: number | null; answered?: string }>>(
      'time/timestamps.json',
    )
  for (const { name, text, ms, answered } of cases) {
    test(`${ms === null ? 'refuses' : 'reads'} ${name}`, () => {
      const read = parseTimestamp(text)
      assert.equal(read, ms ?? undefined)
      if (read !== undefined) assert.equal(formatTimestamp(read), answered)
    })
  }

  test('whatever it reads can be written and read back', () => {
    const digit = (max: number, width: number) => fc.nat(max).map((n) => String(n).padStart(width, '0'))
    const time = fc
      .tuple(
        digit(9999, 4),
        digit(13, 2),
        digit(32, 2),
        digit(24, 2),
        digit(60, 2),
        digit(60, 2),
        fc.constantFrom('Z', '+23:59', '-23:59', '+00:00'),
      )
      .map(([y, mo, d, h, mi, s, zone]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${zone}`)
    fc.assert(
      fc.property(time, (text) => {
        const read = parseTimestamp(text)
        return read === undefined || parseAnsweredTimestamp(formatTimestamp(read)) === read
      }),
    )
  })

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parseTimestamp(text)
        parseDate(text)
        parseDuration(text)
      }),
    )
  })
})

describe('parseDate', () => {
  const { cases } = readVectors<Cases<{ name: string; text: string; ms: number | null }>>('time/dates.json')
  for (const { name, text, ms } of cases) {
    test(`${ms === null ? 'refuses' : 'reads'} ${name}`, () => assert.equal(parseDate(text), ms ?? undefined))
  }
})

describe('parseDuration', () => {
  const { cases } =
    readVectors<Cases<{ name: string; text: string; seconds: number | null }>>('time/durations.json')
  for (const { name, text, seconds } of cases) {
    test(`${seconds === null ? 'refuses' : 'reads'} ${name}`, () =>
      assert.equal(parseDuration(text), seconds ?? undefined))
  }
})

describe('parseAnsweredTimestamp', () => {
  const { accepted, refused } = readVectors<{ accepted: string[]; refused: string[] }>('time/answered.json')
  for (const text of accepted) {
    test(`reads ${text}`, () =>
      assert.equal(formatTimestamp(parseAnsweredTimestamp(text) ?? Number.NaN), text))
  }
  for (const text of refused) {
    test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseAnsweredTimestamp(text), undefined))
  }
})
