import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModeiClient } from 'modei'
import { collect } from './collect.ts'
import { inTurn, type Reaction, tinyServer } from './tiny-server.ts'

function page(items: unknown[], link?: string): Reaction {
  return { body: items, headers: link === undefined ? {} : { link } }
}

test('a loop asks for the next page only when it gets there', async () => {
  await using server = await tinyServer(inTurn(page([1, 2], '<?cursor=a>; rel="next"'), page([3])))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  for await (const item of client.iterAttestations('gate_a', { limit: 2 })) {
    if (Number(item) === 2) break
  }
  assert.equal(server.seen.length, 1)
})

test('filters and page size are sent with every page', async () => {
  await using server = await tinyServer(
    inTurn(page([1], '<?cursor=a>; rel="next"'), page([], '<?cursor=b>; rel=next'), page([2])),
  )
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  const items = await collect(
    client.iterAttestations('gate_a', { limit: 1, decision: 'block', agent_id: undefined }),
  )
  assert.deepEqual(items, [1, 2])
  const usual = { limit: '1', decision: 'block' }
  assert.deepEqual(
    server.seen.map(({ query }) => query),
    [usual, { ...usual, cursor: 'a' }, { ...usual, cursor: 'b' }],
  )
})

test('a link to another origin is not followed: the key goes to `baseUrl` alone', async () => {
  await using stranger = await tinyServer(() => page(['stolen']))
  await using server = await tinyServer(
    inTurn(page([1], `<${stranger.url}/api/gates?cursor=a>; rel="next"`), page([2])),
  )
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  assert.deepEqual(await collect(client.iterGates()), [1, 2])
  assert.deepEqual([server.seen.length, stranger.seen.length], [2, 0])
  assert.equal(server.seen[1]?.path, '/api/gates')
})

test('a page that names itself as the next is an error and no endless loop', async () => {
  await using server = await tinyServer(() => page([1], '<?cursor=a>; rel="next"'))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  await assert.rejects(collect(client.iterGates()), { code: 'invalid_response' })
  assert.equal(server.seen.length, 2)
})

test('an answer that is not a list is an error', async () => {
  await using server = await tinyServer(() => ({ body: { length: 1, 0: 'x' } }))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  await assert.rejects(collect(client.iterGates()), { code: 'invalid_response' })
})

test('an export comes as it is sent, byte for byte', async () => {
  const lines = '{"a":"é"}\n{"a":2}\n'
  await using server = await tinyServer(() => ({
    body: lines,
    headers: { 'content-type': 'application/jsonl' },
  }))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  const parts = await collect(client.exportAttestations({ format: 'jsonl' }))
  assert.equal(Buffer.concat(parts).toString('utf8'), lines)
})

test('an export may take longer than the server may take to begin it', async () => {
  await using server = await tinyServer(() => ({ parts: ['a\n', 'b\n', 'c\n', 'd\n', 'e\n'], pauseMs: 50 }))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url, timeoutMs: 150 })
  const parts = await collect(client.exportAttestations())
  assert.equal(Buffer.concat(parts).toString('utf8'), 'a\nb\nc\nd\ne\n')
})

test('an export that breaks off is an error and not a shorter export', async () => {
  await using server = await tinyServer(() => ({ body: 'half', headers: { 'content-length': '400' } }))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  setTimeout(() => void server[Symbol.asyncDispose](), 100)
  await assert.rejects(collect(client.exportAttestations()), { code: 'connection_failed' })
})

test('an export that is refused is the error that the server names', async () => {
  await using server = await tinyServer(() => ({ status: 403, body: { code: 'forbidden', message: 'no' } }))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  await assert.rejects(collect(client.exportAttestations()), {
    name: 'AuthorizationError',
    code: 'forbidden',
  })
})
