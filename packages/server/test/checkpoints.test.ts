import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, decodeBase64Strict, utf8Bytes, verifyEd25519 } from '@modei/protocol'
import { sealChains } from '../src/services/seal-chains.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { enforceWith, issue, openGate } from './shop.ts'

function checkpoint(server: Harness, gate = 'gate_shop'): Promise<Answer> {
  return server.request('GET', `/api/gates/${gate}/checkpoint`, undefined, { key: null })
}

async function decide(server: Harness, passport: string, times: number): Promise<string[]> {
  const decided: string[] = []
  for (let i = 0; i < times; i += 1) {
    decided.push((await enforceWith(server, passport, 'read')).body.attestation_id)
  }
  return decided
}

async function verify(server: Harness, id: string | undefined) {
  return (await server.request('POST', `/api/attestations/${id}/verify`)).body
}

test('a checkpoint is public, signed, and names the last link', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const empty = await checkpoint(server)
  assert.deepEqual([empty.status, empty.body.chain_index, empty.body.chain_hash], [200, 0, null])
  const { passport_id } = await issue(server, ['read'])
  await decide(server, passport_id, 3)
  const { body } = await checkpoint(server)
  const [last] = (await server.request('GET', '/api/gates/gate_shop/attestations')).body
  assert.deepEqual([body.chain_index, body.chain_hash], [3, last.chain_hash])
  const gate = (await server.request('GET', '/api/gates/gate_shop')).body
  assert.deepEqual([body.public_key, body.signing_key_id], [gate.public_key, gate.signing_key_id])
  const signed = JSON.parse(body.checkpoint_json)
  assert.equal(canonicalJson(signed), body.checkpoint_json)
  assert.deepEqual(signed, {
    type: 'checkpoint',
    gate_id: 'gate_shop',
    chain_id: 'gate_shop',
    chain_index: 3,
    chain_hash: last.chain_hash,
    issued_at: body.issued_at,
    signing_key_id: body.signing_key_id,
  })
  const [key, signature] = [decodeBase64Strict(body.public_key), decodeBase64Strict(body.signature)]
  assert.ok(key && signature && verifyEd25519(key, utf8Bytes(body.checkpoint_json), signature))
})

test('the same place is stated once: a checkpoint is answered again until the chain moves on', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  await decide(server, passport_id, 1)
  const answers = await Promise.all(Array.from({ length: 20 }, () => checkpoint(server)))
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
  await decide(server, passport_id, 1)
  assert.equal((await checkpoint(server)).body.chain_index, 2)
  const { execute } = server.database
  await assert.rejects(execute('update checkpoints set chain_index = 9'), /immutable/)
  await assert.rejects(execute('delete from checkpoints'), /immutable/)
})

test('a gate that nobody made has none, and an archived one answers its last for ever', async (t) => {
  const server = await startServer(t)
  assert.equal((await checkpoint(server, 'gate_none')).status, 404)
  assert.equal((await checkpoint(server, 'gate_..')).status, 422)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  await decide(server, passport_id, 2)
  await server.request('DELETE', '/api/gates/gate_shop')
  const sealed = await checkpoint(server)
  assert.deepEqual([sealed.status, sealed.body.chain_index], [200, 2])
  assert.equal((await checkpoint(server)).text, sealed.text)
})

test('a tail that was cut off, head and all, is found by the checkpoint that was kept', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  const [, second] = await decide(server, passport_id, 3)
  await checkpoint(server)
  assert.equal((await verify(server, second)).valid, true)
  await server.database.tamper(
    `delete from attestations where chain_index = 3;
     update chains set head_index = 2, head_hash =
     (select chain_hash from attestations where chain_id = 'gate_shop' and chain_index = 2) where chain_id = 'gate_shop'`,
  )
  const cut = await verify(server, second)
  assert.deepEqual([cut.valid, cut.chain_ok, cut.reason], [false, false, 'truncated'])
})

test('what a compromised key signed counts where an earlier checkpoint covers it, and nowhere else', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  const before = await decide(server, passport_id, 3)
  await checkpoint(server)
  const uncovered = await decide(server, passport_id, 2)
  const rotated = await server.request('POST', '/api/gates/gate_shop/keys/rotate', { compromised: true })
  assert.equal(rotated.status, 200, rotated.text)
  const again = await issue(server, ['read'])
  const after = await decide(server, again.passport_id, 2)
  // The new key's checkpoint says where the chain stands now, and nothing about who made what is behind it.
  await checkpoint(server)
  for (const id of [...before, ...after])
    assert.deepEqual([id, (await verify(server, id)).reason], [id, null])
  for (const id of uncovered) {
    const verdict = await verify(server, id)
    assert.deepEqual(
      [verdict.valid, verdict.signature_ok, verdict.chain_ok, verdict.reason],
      [false, true, true, 'signing_key_compromised'],
    )
  }
})

test('a checkpoint covers nothing across a link that was broken', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  const before = await decide(server, passport_id, 5)
  await checkpoint(server)
  await server.request('POST', '/api/gates/gate_shop/keys/rotate', { compromised: true })
  await server.database.tamper(
    `update attestations set attestation_json = replace(attestation_json, '"cost_cents":0', '"cost_cents":1')
     where chain_index = 4`,
  )
  assert.equal((await verify(server, before[0])).reason, 'signing_key_compromised')
  assert.equal((await verify(server, before[4])).valid, true)
})

test('chains are sealed without being asked, so that a stolen key takes little with it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await openGate(server, 'gate_idle')
  const { passport_id } = await issue(server, ['read'])
  const decided = await decide(server, passport_id, 2)
  await sealChains(server.app.services)
  await sealChains(server.app.services)
  const rows = await server.store.read.selectFrom('checkpoints').select(['chain_id', 'chain_index']).execute()
  assert.deepEqual(
    rows.map(({ chain_id, chain_index }) => [chain_id, chain_index]),
    [['gate_shop', 2]],
  )
  await server.request('POST', '/api/gates/gate_shop/keys/rotate', { compromised: true })
  for (const id of decided) assert.equal((await verify(server, id)).valid, true)
})

test('a server that stops seals no further chain', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  await decide(server, passport_id, 2)
  await assert.rejects(sealChains(server.app.services, AbortSignal.abort()), { name: 'AbortError' })
  assert.deepEqual(await server.store.read.selectFrom('checkpoints').selectAll().execute(), [])
})
