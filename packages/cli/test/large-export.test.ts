import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { recordLines } from '../src/audit/read-records.ts'
import { noTrust, trust } from '../src/audit/trusted-keys.ts'
import { type ExportVerdict, verifyExport } from '../src/audit/verify-export.ts'
import { signedExport } from './signed-export.ts'

/** Several times as many as wait for their signatures at once. `npm run soak -- audit` does the same with a million. */
const RECORDS = 2000
const MIDDLE = RECORDS / 2

async function makeLog(): Promise<string[]> {
  let text = ''
  for await (const part of signedExport(RECORDS).lines) text += part
  return text.trimEnd().split('\n')
}

const log = await makeLog()
const { keys } = signedExport(0)

async function verify(lines: Iterable<string>): Promise<ExportVerdict> {
  const trusted = noTrust()
  trust(trusted, keys)
  async function* source() {
    for (const line of lines) yield `${line}\n`
  }
  return verifyExport(recordLines(source()), trusted, () => undefined)
}

/** The log with one record changed. */
function changed(index: number, change: (record: Record<string, unknown>) => Record<string, unknown>) {
  return log.map((line, i) => (i === index - 1 ? JSON.stringify(change(JSON.parse(line))) : line))
}

const resigned = (record: Record<string, unknown>) => ({
  ...record,
  signature: Object(JSON.parse(log[MIDDLE] ?? '')).signature,
})

describe('a large log', () => {
  test('is whole', async () => {
    const verdict = await verify(log)
    assert.ok(verdict.ok)
    assert.equal(verdict.records, RECORDS)
  })

  for (const [name, at] of [
    ['the first', 1],
    ['one in the middle', MIDDLE],
    ['the last', RECORDS],
  ] as const) {
    test(`names ${name} record when its signature is another’s`, async () => {
      const verdict = await verify(changed(at, resigned))
      assert.ok(!verdict.ok)
      assert.deepEqual([verdict.fault.at, verdict.fault.reason], [at, 'signature_invalid'])
      assert.deepEqual([verdict.records, verdict.chain_id], [at - 1, 'gate_large'])
    })
  }

  test('names the first of several bad records, though the signature of the first is verified after the others are read', async () => {
    const lines = changed(MIDDLE, resigned)
    for (const later of [1, 2, 100]) lines[MIDDLE + later] = '{}'
    const verdict = await verify(lines)
    assert.ok(!verdict.ok)
    assert.deepEqual([verdict.fault.at, verdict.fault.reason], [MIDDLE, 'signature_invalid'])
  })

  const [before, after] = [log.slice(0, MIDDLE - 1), log.slice(MIDDLE)]
  for (const [name, lines, at, reason] of [
    ['dropped', [...before, ...after], MIDDLE, 'index_gap'],
    [
      'swapped with its neighbour',
      [...before, after[0], log[MIDDLE - 1], ...after.slice(1)],
      MIDDLE,
      'order',
    ],
    ['moved to the end', [...before, ...after, log[MIDDLE - 1]], MIDDLE, 'order'],
    ['there twice', [...log.slice(0, MIDDLE), ...log.slice(MIDDLE - 1)], MIDDLE, 'order'],
    ['there again at the end', [...log, log[0]], 1, 'order'],
  ] as const) {
    test(`names a record that is ${name}`, async () => {
      const verdict = await verify(lines.map((line) => line ?? ''))
      assert.ok(!verdict.ok)
      assert.deepEqual([verdict.fault.at, verdict.fault.reason], [at, reason])
    })
  }

  for (const [column, value] of [
    ['id', 'enf_000000000000001'],
    ['attestation_id', 'enf_000000000000001'],
    ['type', 'check'],
    ['gate_id', 'gate_other'],
    ['passport_id', 'pp_other'],
    ['agent_id', 'agent-other'],
    ['action', 'flights:refund'],
    ['target', null],
    ['decision', 'BLOCK'],
    ['decision', 'no word'],
    ['reason_code', 'passport_expired'],
    ['cost_cents', 1],
    ['sequence_number', 1],
    ['chain_id', 'gate_other'],
    ['created_at', '2026-01-01T00:00:00.000Z'],
    ['previous_hash', null],
  ] as const) {
    test(`names a record whose ${column} is shown as ${value}`, async () => {
      const lines = changed(150, (record) => ({ ...record, [column]: value }))
      const verdict = await verify(lines.slice(0, 200))
      assert.ok(!verdict.ok)
      assert.deepEqual([verdict.fault.at, verdict.fault.reason], [150, 'column_mismatch'])
      assert.match(verdict.fault.detail, new RegExp(column))
    })
  }
})
