import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainHash, decodeBase64Strict, utf8Bytes, verifyChain, verifyEd25519 } from '@modei/protocol'
import { type Harness, startServer } from './harness.ts'
import { checkAt, issue, openGate } from './shop.ts'

interface Logged {
  id: string
  attestation_json: string
  signature: string
  signing_key_id: string
  chain_index: number
  chain_hash: string
  sequence_number: number
}

async function decideSome(server: Harness): Promise<Logged[]> {
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const passport_id = (
    await server.request('POST', '/api/gates/gate_shop/passports', { agent_id: 'a', permissions: ['buy'] })
  ).body.passport_id
  for (let i = 0; i < 3; i += 1) await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })
  await server.request('POST', '/api/gates/gate_shop/attestations', {
    passport_id,
    permission: 'buy',
    tool_name: 'till',
    result: 'denied',
  })
  return (await server.request('GET', '/api/gates/gate_shop/attestations')).body.reverse()
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value ?? null)
}

test('every decision is signed, numbered without gaps and linked to the one before, verifiably offline', async (t) => {
  const server = await startServer(t)
  const log = await decideSome(server)
  const publicDocument = await server.request('GET', '/api/gates/gate_shop/public', undefined, { key: null })
  const keys = new Map<string, string>(
    publicDocument.body.signing_keys.map((key: { key_id: string; public_key: string }) => [
      key.key_id,
      key.public_key,
    ]),
  )
  const verdict = verifyChain(log, { findPublicKey: (id) => keys.get(id) })
  assert.deepEqual(verdict, {
    ok: true,
    count: 5,
    head: { chain_index: 5, chain_hash: log.at(-1)?.chain_hash },
  })
  assert.deepEqual(
    log.map(({ sequence_number }) => sequence_number),
    [1, 2, 3, 4, 5],
  )
  for (const row of log) assert.equal(chainHash(row.attestation_json), row.chain_hash)
})

test('a check answers its record with the key that signed it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const { attestation } = (await checkAt(server, passport_id, 'buy')).body
  const key = decodeBase64Strict(attestation.public_key) ?? new Uint8Array()
  const signature = decodeBase64Strict(attestation.signature) ?? new Uint8Array()
  assert.ok(verifyEd25519(key, utf8Bytes(attestation.attestation_json), signature))
})

test('a record says of each limit what the answer said, but for the sentence', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const constraints = { 'core:rate:max_per_minute': 1, 'core:cost:max_per_action': 50 }
  const { passport_id } = await issue(server, ['buy'], { constraints })
  const enforce = async () =>
    (await server.request('POST', '/api/enforce', { passport_id, action: 'buy', cost_cents: 40 })).body
  const answers = [await enforce(), await enforce()]
  const log: Logged[] = (await server.request('GET', '/api/gates/gate_shop/attestations')).body
  for (const answer of answers) {
    const record = log.find(({ id }) => id === answer.attestation_id)
    const signed = JSON.parse(record?.attestation_json ?? '')
    assert.deepEqual(
      signed.evaluations,
      answer.evaluations.map(({ detail: _, ...said }: { detail: string }) => said),
    )
    assert.equal(signed.blocked_by, answer.blocked_by)
    assert.equal(signed.reason_code, answer.reason)
  }
  const [permitted, blocked] = answers
  assert.deepEqual(
    permitted.evaluations.map(({ requested }: { requested: unknown }) => requested),
    [1, 40],
  )
  assert.equal(typeof blocked.evaluations[0].resets_at, 'string')
})

test('the database itself refuses to change or delete a record', async (t) => {
  const server = await startServer(t)
  await decideSome(server)
  const { execute } = server.database
  await assert.rejects(execute("update attestations set decision = 'allow'"), /immutable/)
  await assert.rejects(execute('delete from attestations'), /immutable/)
})

test('a changed byte is found by verify, which says so', async (t) => {
  const server = await startServer(t)
  const log = await decideSome(server)
  await server.database.tamper(
    `update attestations set attestation_json = replace(attestation_json, '"cost_cents":0', '"cost_cents":1') where chain_index = 2`,
  )
  const verify = (index: number) => server.request('POST', `/api/attestations/${log[index - 1]?.id}/verify`)
  const changed = await verify(2)
  assert.deepEqual(
    { valid: changed.body.valid, signature_ok: changed.body.signature_ok, chain_ok: changed.body.chain_ok },
    { valid: false, signature_ok: false, chain_ok: false },
  )
  assert.equal(changed.body.reason, 'hash_mismatch')
  assert.equal((await verify(4)).body.valid, true)
})

test('a removed record is found by verify of its neighbours', async (t) => {
  const server = await startServer(t)
  const log = await decideSome(server)
  await server.database.tamper('delete from attestations where chain_index = 3')
  const verify = (index: number) => server.request('POST', `/api/attestations/${log[index - 1]?.id}/verify`)
  assert.equal((await verify(2)).body.reason, 'successor_missing')
  assert.equal((await verify(4)).body.reason, 'predecessor_missing')
  assert.equal((await verify(3)).status, 404)
})

test('two swapped records are found by verify of either', async (t) => {
  const server = await startServer(t)
  const log = await decideSome(server)
  await server.database.tamper(
    `update attestations set chain_index = 99 where chain_index = 2;
     update attestations set chain_index = 2 where chain_index = 3;
     update attestations set chain_index = 3 where chain_index = 99`,
  )
  for (const index of [2, 3]) {
    const answer = await server.request('POST', `/api/attestations/${log[index - 1]?.id}/verify`)
    assert.equal(answer.body.valid, false)
    assert.equal(answer.body.reason, 'column_mismatch')
  }
})

test('a tail that was cut off is found by verify of the last record left', async (t) => {
  const server = await startServer(t)
  const log = await decideSome(server)
  await server.database.tamper('delete from attestations where chain_index >= 4')
  const answer = await server.request('POST', `/api/attestations/${log[2]?.id}/verify`)
  assert.equal(answer.body.reason, 'successor_missing')
})

test('a column that says other than the signed text is found by verify, whichever it is', async (t) => {
  const server = await startServer(t)
  const log = await decideSome(server)
  const verify = (index: number) => server.request('POST', `/api/attestations/${log[index - 1]?.id}/verify`)
  for (const index of [1, 2, 3, 4, 5]) assert.equal((await verify(index)).body.valid, true, String(index))
  const { execute, tamper } = server.database
  const [record = {}] = await execute('select * from attestations where chain_index = 2')
  const change = (column: string, value: unknown) =>
    tamper(`update attestations set ${column} = ${literal(value)} where chain_index = 2`)
  for (const [column, value] of [
    ['type', 'check'],
    ['gate_id', null],
    ['passport_id', 'pp_other'],
    ['agent_id', 'b'],
    ['action', 'sell'],
    ['target', 'https://shop.example'],
    ['decision', 'block'],
    ['reason_code', 'permission_not_granted'],
    ['cost_cents', 1],
    ['sequence_number', 77],
    ['created_at', 1],
    ['created_at', Number.MAX_SAFE_INTEGER],
  ] as const) {
    await change(column, value)
    const answer = await verify(2)
    await change(column, record[column])
    assert.deepEqual(
      { valid: answer.body.valid, signed: answer.body.signature_ok, reason: answer.body.reason },
      { valid: false, signed: true, reason: 'column_mismatch' },
      column,
    )
  }
  const id = String(record.id)
  const renamed = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`
  await change('id', renamed)
  const answer = await server.request('POST', `/api/attestations/${renamed}/verify`)
  assert.equal(answer.body.reason, 'column_mismatch')
})
