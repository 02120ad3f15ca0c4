import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from './harness.ts'

test('after a revocation is answered, the very next check and enforce refuse, and revoking again answers the same', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const { passport_id } = (
    await server.request('POST', '/api/gates/gate_shop/passports', { agent_id: 'a', permissions: ['buy'] })
  ).body
  const enforce = () => server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  const check = () => server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })
  assert.equal((await enforce()).body.decision, 'PERMIT')
  assert.equal((await check()).body.allowed, true)
  const path = `/api/gates/gate_shop/passports/${passport_id}`
  const revoked = await server.request('DELETE', path)
  assert.equal((await enforce()).body.blocked_by, 'passport_revoked')
  const denied = await check()
  assert.equal(denied.body.allowed, false)
  assert.equal(denied.body.decision, 'deny')
  assert.equal(denied.body.reason_code, 'passport_revoked')
  assert.equal((await server.request('DELETE', path)).text, revoked.text)
  assert.equal((await server.request('GET', path)).body.status, 'revoked')
})

test('under load, no decision that was asked for after the revocation was answered is permitted', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const { passport_id } = (
    await server.request('POST', '/api/gates/gate_shop/passports', { agent_id: 'a', permissions: ['buy'] })
  ).body
  let revokedAnswered = false
  let late = 0
  const worker = async () => {
    for (let i = 0; i < 40; i += 1) {
      const askedAfter = revokedAnswered
      const answer = await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
      if (!askedAfter) continue
      late += 1
      assert.equal(answer.body.decision, 'BLOCK')
    }
  }
  const workers = Array.from({ length: 8 }, worker)
  await server.request('DELETE', `/api/gates/gate_shop/passports/${passport_id}`)
  revokedAnswered = true
  await Promise.all(workers)
  assert.ok(late > 0, 'nothing was asked for after the revocation')
})

test('an archived gate decides nothing more, and its log and keys stay readable', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const { passport_id } = (
    await server.request('POST', '/api/gates/gate_shop/passports', {
      agent_id: 'a',
      permissions: ['buy'],
      constraints: { 'core:approval:required': true },
    })
  ).body
  const held = await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  assert.equal(held.body.decision, 'SUSPEND')
  assert.deepEqual((await server.request('DELETE', '/api/gates/gate_shop')).body, { deleted: true })
  assert.deepEqual((await server.request('DELETE', '/api/gates/gate_shop')).body, { deleted: true })
  assert.equal((await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })).status, 404)
  assert.equal(
    (await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })).status,
    404,
  )
  assert.equal((await server.request('PATCH', '/api/gates/gate_shop', { name: 'x' })).status, 409)
  const log = await server.request('GET', '/api/gates/gate_shop/attestations')
  assert.deepEqual(
    log.body.map((row: { type: string; decision: string }) => [row.type, row.decision]),
    [
      ['resolution', 'DENIED'],
      ['enforcement', 'SUSPEND'],
    ],
  )
  assert.equal(
    (await server.request('GET', '/api/gates/gate_shop/public', undefined, { key: null })).status,
    200,
  )
  assert.equal(
    (await server.request('POST', '/api/gates', { name: 'again', gate_id: 'gate_shop' })).status,
    409,
  )
})
