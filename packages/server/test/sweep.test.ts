import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp } from '@modei/protocol'
import { sweep } from '../src/jobs/sweep.ts'
import { assertion, inline, selfIssue } from './agents.ts'
import { type Harness, startServer } from './harness.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-05-01T10:00:00Z')

async function rows(server: Harness): Promise<{ nonces: number; idempotency: number }> {
  const nonces = await server.store.read.selectFrom('nonces').select('nonce').execute()
  const idempotency = await server.store.read.selectFrom('idempotency').select('path').execute()
  return { nonces: nonces.length, idempotency: idempotency.length }
}

test('a nonce is swept only when its statement is too old to be accepted, so that none counts twice', async (t) => {
  const server = await startServer(t)
  server.clock.at = START
  await server.request('POST', '/api/gates', { name: 'n', gate_id: 'gate_shop', allow_self_issued: true })
  const held = selfIssue(undefined, { issuedAt: START, expiresAt: START + 24 * HOUR })
  // Dated as far ahead as is accepted, it stays fresh the longest.
  const said = { gate_id: 'gate_shop', action: 'buy', timestamp: formatTimestamp(START + 300_000) }
  const body = { passport: inline(held), assertion: assertion(held, said), action: 'buy' }
  const enforce = async () => (await server.request('POST', '/api/enforce', body)).body
  assert.equal((await enforce()).decision, 'PERMIT')
  for (const minutes of [1, 5, 9, 10, 11, 19, 20]) {
    server.clock.at = START + minutes * 60_000
    await sweep(server.store)
    const replayed = await enforce()
    assert.deepEqual(
      [replayed.decision, replayed.reason],
      ['BLOCK', 'assertion_mismatch'],
      `${minutes} minutes`,
    )
  }
  assert.equal((await rows(server)).nonces, 1)
  server.clock.at = START + 21 * 60_000
  await sweep(server.store)
  assert.equal((await rows(server)).nonces, 0)
  assert.equal((await enforce()).reason, 'assertion_mismatch')
})

test('an answer is replayed for a day, then swept, and its key is free again', async (t) => {
  const server = await startServer(t)
  server.clock.at = START
  const options = { headers: { 'idempotency-key': 'once' } }
  const create = () => server.request('POST', '/api/issuers', { name: 'n' }, options)
  const first = await create()
  server.clock.at = START + 24 * HOUR - 1
  await sweep(server.store)
  assert.deepEqual((await create()).body, first.body)
  server.clock.at = START + 24 * HOUR + 1
  await sweep(server.store)
  assert.equal((await rows(server)).idempotency, 0)
  const next = await create()
  assert.equal(next.status, 201)
  assert.notEqual(next.body.issuer_id, first.body.issuer_id)
})

test('sweeps at the same time as decisions lose none of them', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'n', gate_id: 'gate_shop', allow_self_issued: true })
  const held = selfIssue()
  const enforce = () => {
    const proof = assertion(held, { gate_id: 'gate_shop', action: 'buy' })
    return server.request('POST', '/api/enforce', { passport: inline(held), assertion: proof, action: 'buy' })
  }
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      if (i % 5 === 0) await sweep(server.store)
      return enforce()
    }),
  )
  assert.ok(answers.every(({ body }) => body.decision === 'PERMIT'))
  assert.equal((await rows(server)).nonces, 30)
})
