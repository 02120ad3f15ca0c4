import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { trustKept } from '../src/audit/kept-checkpoints.ts'
import { recordLines } from '../src/audit/read-records.ts'
import { noTrust, trust, trustRetention } from '../src/audit/trusted-keys.ts'
import { verifyExport } from '../src/audit/verify-export.ts'
import { modei, temporary } from './cli.ts'
import { signedExport, signedNote, signedRemoval } from './signed-export.ts'

const REMOVED = 20

async function linesOf(records: number, rewrittenAt?: number): Promise<string[]> {
  let text = ''
  for await (const part of signedExport(records, rewrittenAt === undefined ? {} : { rewrittenAt }).lines)
    text += part
  return text.trimEnd().split('\n')
}

const log = await linesOf(50)

interface Beside {
  retention?: unknown
  /** Newer documents, whose keys count for nothing. */
  newer?: readonly unknown[]
  /** Checkpoints that were kept. */
  notes?: readonly string[]
}

/** The verdict as `modei audit verify` would say it. */
async function verify(
  lines: readonly string[],
  { retention, newer = [], notes = [] }: Beside,
): Promise<string> {
  const trusted = noTrust()
  trust(trusted, { ...signedExport(0).keys, retention })
  for (const document of newer) trustRetention(trusted, document)
  for (const note of notes) trustKept(trusted, note, [])
  const verdict = await verifyExport(
    recordLines(Readable.from([`${lines.join('\n')}\n`])),
    trusted,
    () => undefined,
  )
  if (!verdict.ok) return `${verdict.fault.at} ${verdict.fault.reason}`
  return verdict.chains.map(({ verified, kept_from }) => `whole: ${verified} from ${kept_from}`).join()
}

test('a log whose first records were removed is whole with the gate’s statement, says from where, and has a gap without', async (t) => {
  const kept = log.slice(REMOVED)
  const retention = signedRemoval(log.slice(0, REMOVED))
  for (const none of [null, undefined]) assert.equal(await verify(kept, { retention: none }), '1 index_gap')
  // Newer than the keys that the reader trusts, and beside them.
  const document = { ...signedExport(0).keys, signing_keys: [], retention }
  assert.equal(await verify(kept, { newer: [document] }), 'whole: 30 from 21')

  const directory = temporary(t)
  const file = join(directory, 'log')
  writeFileSync(file, kept.map((line) => `${line}\n`).join(''))
  writeFileSync(`${file}.keys.json`, JSON.stringify({ ...signedExport(0).keys, retention }))
  const whole = await modei(['audit', 'verify', file])
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  assert.match(whole.stdout, /whole: 30 records/)
  assert.match(whole.stdout, /gate_large is kept from record 21: its key signed that the 20 before it/)
})

test('a statement excuses its own gap alone: one record more or less, or another history, stays broken', async () => {
  const rewritten = await linesOf(50, 10)
  const retention = signedRemoval(log.slice(0, REMOVED))
  for (const [lines, fault] of [
    [log.slice(REMOVED - 1), '1 index_gap'],
    [log.slice(REMOVED + 1), '21 index_gap'],
    [rewritten.slice(REMOVED), '21 previous_hash_mismatch'],
    [[...log.slice(REMOVED, 30), ...log.slice(31)], '31 index_gap'],
    // A copy from before the removal has to be what was removed.
    [rewritten, '20 checkpoint_mismatch'],
  ] as const)
    assert.equal(await verify(lines, { retention }), fault)
  assert.equal(await verify(log, { retention }), 'whole: 50 from null')
})

test('a statement of another chain or key, or with a changed word, stops the verification', async () => {
  const kept = log.slice(REMOVED)
  const good = signedRemoval(log.slice(0, REMOVED))
  const { attestation_json, signature } = JSON.parse(log[0] ?? '')
  for (const [retention, why] of [
    [signedRemoval(log.slice(0, REMOVED), { chain_id: 'gate_other' }), /another chain/],
    [signedRemoval(log.slice(0, REMOVED), { subtree_hashes: [] }), /tree does not fit/],
    [signedRemoval(log.slice(0, REMOVED), { first_kept_index: 22 }), /tree does not fit/],
    [signedRemoval(log.slice(0, REMOVED), { signing_key_id: 'sk_other' }), /another key/],
    [{ ...good, signing_key_id: 'sk_other' }, /not one of this chain/],
    [{ ...good, signature: signedRemoval(log.slice(0, 19)).signature }, /signature does not hold/],
    [{ ...good, statement_json: good.statement_json.replace('2026', '2025') }, /signature does not hold/],
    [{ ...good, statement_json: attestation_json, signature }, /no statement of retention/],
  ] as const) {
    await assert.rejects(verify(kept, { retention }), why)
    await assert.rejects(verify(kept, { newer: [{ ...signedExport(0).keys, retention }] }), why)
  }
  const { keys } = signedExport(0)
  const stolen = keys.signing_keys.map((key) => ({ ...key, status: 'compromised' }))
  const trusted = noTrust()
  trust(trusted, { ...keys, signing_keys: stolen, retention: good })
  assert.equal(trusted.retention.size, 0)
  assert.throws(() => trustRetention(trusted, { ...keys, retention: good }), /nothing that can be believed/)
  assert.throws(() => trustRetention(trusted, keys), /nothing that can be believed/)
})

test('kept checkpoints are compared with the log over its removed records, and one of before them is not passed over', async () => {
  const retention = signedRemoval(log.slice(0, REMOVED))
  const note = (size: number, of = log) => signedNote(of.slice(0, size))
  const kept = log.slice(REMOVED)
  const notes = [20, 21, 33, 50].map((size) => note(size))
  assert.equal(await verify(kept, { retention, notes }), 'whole: 30 from 21')
  const rewritten = await linesOf(50, 10)
  for (const size of [20, 21, 50]) {
    const fault = await verify(kept, { retention, notes: [note(size, rewritten)] })
    assert.equal(fault, `${size} checkpoint_mismatch`)
  }
  assert.equal(await verify(kept, { retention, notes: [note(12)] }), '13 index_gap')
  assert.equal(await verify(kept.slice(0, 5), { retention, notes: [note(33)] }), '26 truncated')
})

test('a log without a single record left is whole with its statement, and broken beside a later checkpoint', async () => {
  const retention = signedRemoval(log.slice(0, REMOVED))
  assert.equal(await verify([], { retention }), 'whole: 0 from 21')
  assert.equal(await verify([], { retention, notes: [signedNote(log.slice(0, 30))] }), '21 truncated')
})
