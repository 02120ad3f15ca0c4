import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Fetch, ModeiClient } from 'modei'
import { tinyServer } from './tiny-server.ts'

const VERSIONS = ['2026-04-22', '2026-05-14'] as const

test('the API version is sent when it is chosen, and left to the key when it is not', async () => {
  await using server = await tinyServer(() => ({ body: [] }))
  for (const apiVersion of [...VERSIONS, undefined]) {
    await new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url, apiVersion }).listGates()
  }
  assert.deepEqual(
    server.seen.map(({ headers }) => headers['modei-version']),
    [...VERSIONS, undefined],
  )
})

test('a server may live under a path', async () => {
  await using server = await tinyServer(() => ({ body: [] }))
  await new ModeiClient({ apiKey: 'mod_test_key', baseUrl: `${server.url}/trust/` }).listGates({ limit: 5 })
  assert.deepEqual([server.seen[0]?.path, server.seen[0]?.query], ['/trust/api/gates', { limit: '5' }])
})

test('members that are undefined are in neither query nor body', async () => {
  await using server = await tinyServer(() => ({ body: [] }))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  await client.listGates({ limit: undefined, cursor: undefined })
  await client.enforceAction({ action: 'a', target: undefined, metadata: { model: undefined, note: null } })
  const [list, enforce] = server.seen
  assert.deepEqual([list?.query, enforce?.text], [{}, '{"action":"a","metadata":{"note":null}}'])
})

test('an empty answer is an empty object', async () => {
  await using server = await tinyServer(() => ({ body: '' }))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  assert.deepEqual(await client.deleteGate('gate_a'), {})
})

test('a `fetch` of your own sends the requests, and is told to follow no redirect', async () => {
  const sent: [string, RequestInit][] = []
  const fetch: Fetch = async (url, init) => {
    sent.push([url, init])
    return Response.json([])
  }
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: 'https://example.com', fetch })
  assert.deepEqual(await client.listGates(), [])
  const [[url, init] = ['', {}]] = sent
  assert.deepEqual([url, init.method, init.redirect], ['https://example.com/api/gates', 'GET', 'manual'])
})

test('a redirect that a browser hides is still no answer', async () => {
  // Browsers answer a redirect that is not followed with status 0 and no headers.
  const hidden = Object.defineProperties(new Response(null, { status: 200 }), {
    type: { value: 'opaqueredirect' },
    status: { value: 0 },
    ok: { value: false },
  })
  const client = new ModeiClient({ apiKey: 'mod_test_key', fetch: async () => hidden })
  await assert.rejects(client.listGates(), { code: 'unexpected_redirect', statusCode: undefined })
})
