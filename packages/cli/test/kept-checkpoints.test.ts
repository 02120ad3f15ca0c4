import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { canonicalJson, chainHash, encodeBase64, signEd25519, utf8Bytes } from '@modei/protocol'
import { type Harness, startServer } from '../../server/test/harness.ts'
import { modei, temporary } from './cli.ts'
import { type History, signedExport, signedNote } from './signed-export.ts'

async function linesOf(records: number, history?: History): Promise<string[]> {
  let text = ''
  for await (const part of signedExport(records, history).lines) text += part
  return text.trimEnd().split('\n')
}

test('a log that was rewritten and signed anew by its own key is whole by itself, and broken beside the note that was kept', async (t) => {
  const directory = temporary(t)
  const at = (name: string) => join(directory, name)
  const log = await linesOf(50)
  const rewritten = await linesOf(50, { rewrittenAt: 20 })
  const keys = at('keys.json')
  writeFileSync(keys, JSON.stringify(signedExport(0).keys))
  for (const [name, lines] of [
    ['log', log],
    ['rewritten', rewritten],
    ['short', log.slice(0, 29)],
  ] as const)
    writeFileSync(at(name), lines.map((line) => `${line}\n`).join(''))
  for (const size of [10, 30, 50]) writeFileSync(at(`note-${size}`), signedNote(log.slice(0, size)))
  const verify = (file: string, ...notes: number[]) =>
    modei([
      'audit',
      'verify',
      at(file),
      '--keys',
      keys,
      ...(notes.length === 0 ? [] : ['--checkpoint', ...notes.map((size) => at(`note-${size}`))]),
    ])
  const whole = await verify('log', 10, 30, 50)
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  assert.match(whole.stdout, /KEPT\s+gate_large\s+50\s+false\s+3/)
  assert.equal((await verify('rewritten')).code, 0)
  assert.equal((await verify('rewritten', 10)).code, 0, 'what was kept is from before the change')
  const caught = await verify('rewritten', 10, 30, 50)
  assert.equal(caught.code, 10)
  assert.match(caught.stdout, /record 30 of gate_large: checkpoint_mismatch/)
  const cut = await verify('short', 30)
  assert.equal(cut.code, 10)
  assert.match(cut.stdout, /record 30 of gate_large: truncated/)
})

test('a note that no trusted key signed, or of a gate whose keys are not known, is no witness and stops the verification', async (t) => {
  const directory = temporary(t)
  const at = (name: string) => join(directory, name)
  const log = await linesOf(3)
  const { keys } = signedExport(0)
  writeFileSync(at('log'), log.map((line) => `${line}\n`).join(''))
  writeFileSync(at('keys.json'), JSON.stringify(keys))
  const [good] = keys.signing_keys
  const other = encodeBase64(new Uint8Array(32).fill(9))
  const note = signedNote(log)
  const verify = (text: string, ...options: string[]) => {
    writeFileSync(at('note'), text)
    return modei([
      'audit',
      'verify',
      at('log'),
      '--keys',
      at('keys.json'),
      '--checkpoint',
      at('note'),
      ...options,
    ])
  }
  assert.equal((await verify(note, '--key', good?.public_key ?? '')).code, 0)
  for (const [text, options] of [
    [note, ['--key', other]],
    [note.replace('\n3\n', '\n4\n'), []],
    [note.replaceAll('gate_large', 'gate_other'), []],
    ['', []],
    ['{}', []],
  ] as const) {
    const run = await verify(text, ...options)
    assert.equal(run.code, 1, run.stdout)
    assert.equal(run.stdout, '')
  }
})

/** Somebody with the database and its secret gives a record another action, and links and signs all from there on anew. */
async function rewriteHistory({ app, database }: Harness, from: number): Promise<void> {
  const [key] = await database.execute(
    "select id, sealed_seed from signing_keys where owner_id = 'gate_shop'",
  )
  const seed = app.services.box.open(String(key?.sealed_seed), String(key?.id))
  const rows = await database.execute(
    "select * from attestations where chain_id = 'gate_shop' order by chain_index",
  )
  const quoted = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`
  let previous_hash: string | null = null
  let statements = ''
  for (const row of rows) {
    const index = Number(row.chain_index)
    const action = index === from ? 'refund' : row.action
    const text = canonicalJson({ ...JSON.parse(String(row.attestation_json)), action, previous_hash })
    previous_hash = chainHash(text)
    const signature = encodeBase64(signEd25519(utf8Bytes(text), seed))
    statements += `update attestations set attestation_json = ${quoted(text)}, chain_hash = ${quoted(previous_hash)},
      signature = ${quoted(signature)}, action = ${quoted(action)}
      where chain_id = 'gate_shop' and chain_index = ${index};\n`
  }
  await database.tamper(`${statements}
    update chains set head_hash = ${quoted(previous_hash)} where chain_id = 'gate_shop';
    delete from merkle_nodes; delete from checkpoints`)
}

async function openShop(t: TestContext) {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const { body } = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'a',
    permissions: ['buy'],
  })
  return {
    server,
    env: { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own },
    async decide(count: number) {
      for (let i = 0; i < count; i += 1)
        await server.request('POST', '/api/enforce', { passport_id: body.passport_id, action: 'buy' })
    },
  }
}

test('a checkpoint is kept, proved to be continued, and shows the server itself that it rewrote its log', async (t) => {
  const { server, env, decide } = await openShop(t)
  const kept = join(temporary(t), 'shop.checkpoint')
  const keep = () =>
    modei(['audit', 'checkpoint', '--gate', 'gate_shop', '-o', kept], { MODEI_API_URL: server.url })
  const verify = (...options: string[]) => modei(['audit', 'verify', '--gate', 'gate_shop', ...options], env)
  await decide(20)
  assert.match((await keep()).stdout, /kept .*: 20 records of gate_shop/)
  await decide(5)
  const grown = await keep()
  assert.equal(grown.code, 0, grown.stderr)
  assert.match(grown.stdout, /the 20 records in .* are unchanged\nkept .*: 25 records/)
  const before = readFileSync(kept, 'utf8')
  assert.match((await verify('--checkpoint', kept)).stdout, /whole: 25 records/)

  await rewriteHistory(server, 7)
  const alone = await verify()
  assert.equal(alone.code, 0, 'by itself the new history is as good as the old one')
  const caught = await verify('--checkpoint', kept)
  assert.equal(caught.code, 10)
  assert.match(caught.stdout, /record 25 of gate_shop: checkpoint_mismatch/)
  const again = await keep()
  assert.equal(again.code, 10)
  assert.match(again.stdout, /no continuation of the 25/)
  assert.equal(readFileSync(kept, 'utf8'), before, 'the witness is not overwritten')
})

test('the JSON of a gate’s checkpoint serves as one that was kept, and shows a chain that was rewritten or cut before it', async (t) => {
  const { server, env, decide } = await openShop(t)
  await decide(4)
  const kept = join(temporary(t), 'checkpoint.json')
  const { text } = await server.request('GET', '/api/gates/gate_shop/checkpoint')
  writeFileSync(kept, text)
  const verify = () => modei(['audit', 'verify', '--gate', 'gate_shop', '--checkpoint', kept], env)
  const whole = await verify()
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  await rewriteHistory(server, 2)
  const caught = await verify()
  assert.equal(caught.code, 10)
  assert.match(caught.stdout, /record 4 of gate_shop: checkpoint_mismatch/)
})
