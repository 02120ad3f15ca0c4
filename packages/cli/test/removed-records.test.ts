import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
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

function workplace(t: TestContext) {
  const directory = temporary(t)
  const at = (name: string) => join(directory, name)
  const put = (name: string, value: unknown) => {
    writeFileSync(at(name), typeof value === 'string' ? value : JSON.stringify(value))
    return at(name)
  }
  return {
    put,
    verify(lines: readonly string[], retention: unknown, ...options: string[]) {
      put('keys.json', { ...signedExport(0).keys, retention })
      put('log', lines.map((line) => `${line}\n`).join(''))
      return modei(['audit', 'verify', at('log'), '--keys', at('keys.json'), ...options])
    },
  }
}

test('a log whose first records were removed is whole with the gate’s statement, says from where, and has a gap without', async (t) => {
  const { verify, put } = workplace(t)
  const kept = log.slice(REMOVED)
  const whole = await verify(kept, signedRemoval(log.slice(0, REMOVED)))
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  assert.match(whole.stdout, /whole: 30 records/)
  assert.match(whole.stdout, /gate_large is kept from record 21: its key signed that the 20 before it/)
  for (const none of [null, undefined]) {
    const bare = await verify(kept, none)
    assert.equal(bare.code, 10)
    assert.match(bare.stdout, /record 1 of gate_large: index_gap/)
  }
  // Newer than the keys that the reader trusts, and beside them.
  const document = {
    ...signedExport(0).keys,
    signing_keys: [],
    retention: signedRemoval(log.slice(0, REMOVED)),
  }
  assert.equal((await verify(kept, null, '--retention', put('newer.json', document))).code, 0)
})

test('a statement excuses its own gap alone: one record more or less, or another history, stays broken', async (t) => {
  const { verify } = workplace(t)
  const rewritten = await linesOf(50, 10)
  const cases = [
    [log.slice(REMOVED - 1), signedRemoval(log.slice(0, REMOVED)), /record 1 of gate_large: index_gap/],
    [log.slice(REMOVED + 1), signedRemoval(log.slice(0, REMOVED)), /record 21 of gate_large: index_gap/],
    [rewritten.slice(REMOVED), signedRemoval(log.slice(0, REMOVED)), /record 21 .*previous_hash_mismatch/],
    [
      [...log.slice(REMOVED, 30), ...log.slice(31)],
      signedRemoval(log.slice(0, REMOVED)),
      /record 31 .*index_gap/,
    ],
    // A copy from before the removal has to be what was removed.
    [rewritten, signedRemoval(log.slice(0, REMOVED)), /record 20 .*checkpoint_mismatch/],
  ] as const
  for (const [lines, statement, fault] of cases) {
    const broken = await verify(lines, statement)
    assert.equal(broken.code, 10, String(fault))
    assert.match(broken.stdout, fault)
  }
  assert.equal((await verify(log, signedRemoval(log.slice(0, REMOVED)))).code, 0)
})

test('a statement of another chain or key, or with a changed word, stops the verification', async (t) => {
  const { verify, put } = workplace(t)
  const kept = log.slice(REMOVED)
  const good = signedRemoval(log.slice(0, REMOVED))
  for (const [bad, why] of [
    [signedRemoval(log.slice(0, REMOVED), { chain_id: 'gate_other' }), /another chain/],
    [signedRemoval(log.slice(0, REMOVED), { subtree_hashes: [] }), /tree does not fit/],
    [signedRemoval(log.slice(0, REMOVED), { first_kept_index: 22 }), /tree does not fit/],
    [signedRemoval(log.slice(0, REMOVED), { signing_key_id: 'sk_other' }), /another key/],
    [{ ...good, signing_key_id: 'sk_other' }, /not one of this chain/],
    [{ ...good, signature: signedRemoval(log.slice(0, 19)).signature }, /signature does not hold/],
    [{ ...good, statement_json: good.statement_json.replace('2026', '2025') }, /signature does not hold/],
    [{ ...good, statement_json: JSON.parse(log[0] ?? '').attestation_json }, /signature does not hold/],
    [
      {
        ...good,
        statement_json: JSON.parse(log[0] ?? '').attestation_json,
        signature: JSON.parse(log[0] ?? '').signature,
      },
      /no statement of retention/,
    ],
  ] as const) {
    const refused = await verify(kept, bad)
    assert.notEqual(refused.code, 0, String(why))
    assert.match(refused.stderr, why)
  }
  const keys = signedExport(0).keys
  put('compromised', '')
  const stolen = keys.signing_keys.map((key) => ({ ...key, status: 'compromised' }))
  const document = put('stolen.json', { ...keys, signing_keys: stolen, retention: good })
  const unbelieved = await modei(['audit', 'verify', put('log', `${kept.join('\n')}\n`), '--keys', document])
  assert.equal(unbelieved.code, 10)
  assert.match(unbelieved.stdout, /key_unknown|index_gap/)
})

test('kept checkpoints are compared with the log over its removed records, and one of before them is not passed over', async (t) => {
  const { verify, put } = workplace(t)
  const statement = signedRemoval(log.slice(0, REMOVED))
  const note = (size: number, of = log) => put(`note-${size}`, signedNote(of.slice(0, size)))
  const kept = log.slice(REMOVED)
  const notes = [20, 21, 33, 50].map((size) => note(size))
  const whole = await verify(kept, statement, '--checkpoint', ...notes)
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  const rewritten = await linesOf(50, 10)
  for (const size of [20, 21, 50]) {
    const other = await verify(kept, statement, '--checkpoint', note(size, rewritten))
    assert.equal(other.code, 10)
    assert.match(other.stdout, /checkpoint_mismatch/)
  }
  const early = await verify(kept, statement, '--checkpoint', note(12))
  assert.equal(early.code, 10)
  assert.match(early.stdout, /modei audit checkpoint/)
  const late = await verify(kept.slice(0, 5), statement, '--checkpoint', note(33))
  assert.match(late.stdout, /record 26 of gate_large: truncated/)
})

test('a log without a single record left is whole with its statement, and broken beside a later checkpoint', async (t) => {
  const { verify, put } = workplace(t)
  const statement = signedRemoval(log.slice(0, REMOVED))
  const empty = await verify([], statement)
  assert.equal(empty.code, 0, `${empty.stdout}${empty.stderr}`)
  assert.match(empty.stdout, /kept from record 21/)
  const cut = await verify([], statement, '--checkpoint', put('note', signedNote(log.slice(0, 30))))
  assert.equal(cut.code, 10)
  assert.match(cut.stdout, /record 21 of gate_large: truncated/)
})
