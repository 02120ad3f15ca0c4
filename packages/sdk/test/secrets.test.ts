import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { format, inspect } from 'node:util'
import { ModeiClient } from 'modei'
import { tinyServer } from './tiny-server.ts'

const KEY = 'mod_live_0123456789abcdefghijABCDEFGHIJ'

/** Everything that a log could show of a value, hidden members and causes included. */
function everythingOf(value: unknown): string {
  const deep = { depth: null, showHidden: true, getters: true }
  return [
    inspect(value, deep),
    format('%o', value),
    format('%s', value),
    JSON.stringify(value),
    String(value),
  ].join('\n')
}

test('no form of printing a client shows its key', () => {
  const client = new ModeiClient({ apiKey: KEY, baseUrl: 'https://example.com' })
  assert.ok(!everythingOf(client).includes(KEY))
  assert.ok(!everythingOf({ nested: [client] }).includes(KEY))
  assert.equal(inspect(client), "ModeiClient { baseUrl: 'https://example.com' }")
})

suite('no error shows the key', () => {
  test('not when a server echoes it', async () => {
    await using server = await tinyServer(({ headers }) => ({
      status: 400,
      body: { code: 'request_invalid', message: `bad header ${headers.authorization}`, headers },
    }))
    const client = new ModeiClient({ apiKey: KEY, baseUrl: server.url })
    const error: unknown = await client.listGates().catch((reason: unknown) => reason)
    assert.ok(!everythingOf(error).includes(KEY))
    assert.ok(everythingOf(error).includes('bad header Bearer [api key]'))
  })

  test('not when the connection fails', async () => {
    const client = new ModeiClient({ apiKey: KEY, baseUrl: 'http://127.0.0.1:9', retries: 0 })
    assert.ok(!everythingOf(await client.listGates().catch((reason: unknown) => reason)).includes(KEY))
  })

  test('not when it is one that no header can carry', () => {
    for (const apiKey of [`${KEY}\n`, ` ${KEY}`, `${KEY}\u00e9`, `${KEY} x`]) {
      assert.throws(
        () => new ModeiClient({ apiKey }),
        (error) =>
          !everythingOf(error).includes(KEY) && Reflect.get(Object(error), 'code') === 'api_key_malformed',
      )
    }
  })
})

suite('a redirect is not followed', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} to another origin is an error, and the key stays`, async () => {
      await using stranger = await tinyServer(() => ({ body: [] }))
      await using server = await tinyServer(() => ({
        status,
        headers: { location: `${stranger.url}/api/gates` },
      }))
      const client = new ModeiClient({ apiKey: KEY, baseUrl: server.url })
      await assert.rejects(client.listGates(), { code: 'unexpected_redirect', statusCode: status })
      await assert.rejects(client.enforceAction({ action: 'a' }), { code: 'unexpected_redirect' })
      assert.deepEqual([server.seen.length, stranger.seen.length], [2, 0])
    })
  }
})

test('a client for public calls sends no key', async () => {
  await using server = await tinyServer(() => ({ body: {} }))
  await new ModeiClient({ apiKey: null, baseUrl: server.url }).discoverServices('flights:*')
  assert.equal(server.seen[0]?.headers.authorization, undefined)
})
