import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRetryAfter } from './retry-after.ts'

const NOW = Date.UTC(2026, 10, 25, 10, 0, 0)
const AT_1030 = 'Wed, 25 Nov 2026 10:30:00 GMT'

const CASES: [name: string, headers: Record<string, string>, seconds: number | undefined][] = [
  ['seconds', { 'retry-after': '120' }, 120],
  ['no seconds', { 'retry-after': '0' }, 0],
  ['a date, by our clock when the server tells none', { 'retry-after': AT_1030 }, 1800],
  [
    'a date, by the clock of the server',
    { 'retry-after': AT_1030, date: 'Wed, 25 Nov 2026 10:29:50 GMT' },
    10,
  ],
  [
    'a date, by our clock when that of the server cannot be read',
    { 'retry-after': AT_1030, date: 'now' },
    1800,
  ],
  ['a date that has passed', { 'retry-after': 'Wed, 25 Nov 2026 09:00:00 GMT' }, 0],
  ['nothing', {}, undefined],
  ['an empty header', { 'retry-after': '' }, undefined],
  ['a fraction', { 'retry-after': '1.5' }, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined],
  ['a number with an exponent', { 'retry-after': '1e9' }, undefined],
  ['more digits than a wait has', { 'retry-after': '9999999999' }, undefined],
  ['a date of another form, which would be guessed', { 'retry-after': '2026-11-25' }, undefined],
  ['a date without a zone', { 'retry-after': 'Wed, 25 Nov 2026 10:30:00' }, undefined],
  ['a date that does not exist', { 'retry-after': 'Wed, 25 Nix 2026 10:30:00 GMT' }, undefined],
]

for (const [name, headers, seconds] of CASES) {
  test(name, () => assert.equal(readRetryAfter(new Headers(headers), NOW), seconds))
}
