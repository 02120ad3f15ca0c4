import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { ModeiClient } from 'modei'
import { collect } from './collect.ts'
import { inTurn, problem, tinyServer } from './tiny-server.ts'

const NEVER_SENT = { apiKey: 'mod_test_key', baseUrl: 'http://127.0.0.1:9' }

test("an aborted call rejects with the signal's own reason", async () => {
  await using server = await tinyServer(() => 'hang')
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  const controller = new AbortController()
  const reason = new Error('the user left')
  const call = client.listGates({}, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  await assert.rejects(call, (error) => error === reason)
})

test('a call whose signal is aborted already sends nothing', async () => {
  let sent = 0
  const fetch = async () => {
    sent += 1
    return Response.json([])
  }
  const client = new ModeiClient({ apiKey: 'mod_test_key', fetch })
  await assert.rejects(client.listGates({}, { signal: AbortSignal.abort() }), { name: 'AbortError' })
  assert.equal(sent, 0)
})

test('an abort ends the wait between two tries', async () => {
  const busy = { ...problem(503, 'unavailable'), headers: { 'retry-after': '60' } }
  await using server = await tinyServer(() => busy)
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  await assert.rejects(client.listGates({}, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' })
  assert.equal(server.seen.length, 1)
})

test('an abort ends a loop over pages', async () => {
  const page = { body: [1], headers: { link: '</x?cursor=c>; rel="next"' } }
  await using server = await tinyServer(inTurn(page, 'hang'))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  await assert.rejects(collect(client.iterGates({}, { signal: AbortSignal.timeout(100) })), {
    name: 'TimeoutError',
  })
})

test('a finished call leaves no listener on its signal', async () => {
  await using server = await tinyServer(
    inTurn(problem(503, 'unavailable'), { body: [] }, problem(404, 'not_found')),
  )
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  const { signal } = new AbortController()
  await client.listGates({}, { signal })
  await assert.rejects(client.listGates({}, { signal }))
  assert.equal(getEventListeners(signal, 'abort').length, 0)
})

test('close ends what runs and what waits, and refuses what comes later', async () => {
  const busy = { ...problem(503, 'unavailable'), headers: { 'retry-after': '60' } }
  await using server = await tinyServer(inTurn(busy, 'hang'))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  const waiting = client.listGates()
  while (server.seen.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
  const running = client.listIssuers()
  while (server.seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  const settled = Promise.allSettled([waiting, running])
  client.close()
  for (const result of await settled)
    assert.equal(result.status === 'rejected' && result.reason.code, 'client_closed')
  await assert.rejects(client.listGates(), { code: 'client_closed' })
  assert.equal(server.seen.length, 2)
})

test('`await using` closes the client', async () => {
  let left: ModeiClient
  {
    await using client = new ModeiClient(NEVER_SENT)
    left = client
  }
  await assert.rejects(left.listGates(), { code: 'client_closed' })
})
