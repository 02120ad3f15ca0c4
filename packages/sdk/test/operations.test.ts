import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { operationList } from '@modei/protocol'
import { ModeiClient } from 'modei'
import { retryOf } from '../src/retry.ts'
import { collect } from './collect.ts'
import { sampleCall } from './sample-calls.ts'
import { tinyServer } from './tiny-server.ts'

function camelCase(id: string): string {
  return id.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function methodOf(client: ModeiClient, name: string): (...given: unknown[]) => unknown {
  const method: unknown = Reflect.get(client, name)
  assert.ok(typeof method === 'function', `there is no method ${name}`)
  return (...given) => Reflect.apply(method, client, given)
}

suite('every operation of the table', () => {
  for (const operation of operationList) {
    const name = camelCase(operation.id)
    test(`${name} sends what the table says`, async () => {
      await using server = await tinyServer(() => ({ body: [] }))
      const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
      const call = sampleCall(operation)

      const answer = methodOf(client, name)(...call.given)
      await (operation.mediaTypes === undefined ? answer : collect(answer as AsyncIterable<Uint8Array>))

      const [seen, ...more] = server.seen
      assert.ok(seen !== undefined && more.length === 0)
      assert.equal(seen.method, operation.method)
      assert.equal(seen.path, call.path)
      assert.deepEqual(seen.query, call.query)
      assert.deepEqual(seen.text === '' ? undefined : JSON.parse(seen.text), call.body)
      assert.equal(seen.headers['content-type'], call.body === undefined ? undefined : 'application/json')
      assert.equal(seen.headers.authorization, 'Bearer mod_test_key')
      assert.equal(seen.headers['idempotency-key'] !== undefined, operation.retry === 'with_key')
    })

    test(`${name} may be repeated as the table says`, () => {
      assert.equal(retryOf(operation.id), operation.retry)
    })
  }

  for (const { id } of operationList.filter(({ paged }) => paged === true)) {
    const name = camelCase(id.replace(/^(?:list|get)_/, 'iter_'))
    test(`${name} goes through the pages of ${id}`, async () => {
      await using server = await tinyServer((_, nth) =>
        nth === 0 ? { body: [1, 2], headers: { link: '</x?cursor=c%2F2>; rel="next"' } } : { body: [3] },
      )
      const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
      const operation = operationList.find((one) => one.id === id)
      assert.ok(operation !== undefined)
      const call = sampleCall(operation)

      const items = await collect(methodOf(client, name)(...call.given) as AsyncIterable<unknown>)

      assert.deepEqual(items, [1, 2, 3])
      assert.deepEqual(
        server.seen.map(({ path }) => path),
        [call.path, call.path],
      )
      assert.deepEqual(
        server.seen.map(({ query }) => query),
        [call.query, { ...call.query, cursor: 'c/2' }],
      )
    })
  }
})

test('the client has no method that names no operation', () => {
  const known = new Set(
    operationList.flatMap(({ id, paged }) => [
      camelCase(id),
      ...(paged === true ? [camelCase(id.replace(/^(?:list|get)_/, 'iter_'))] : []),
    ]),
  )
  const methods = Object.getOwnPropertyNames(ModeiClient.prototype).filter((name) => name !== 'constructor')
  assert.deepEqual(
    methods.filter((name) => !known.has(name)),
    [],
  )
})

test('a call that the table does not have is refused before anything is sent', async () => {
  await using server = await tinyServer(() => ({}))
  const client = new ModeiClient({ apiKey: 'mod_test_key', baseUrl: server.url })
  for (const id of ['constructor', '__proto__', 'toString', 'list_gate']) {
    await assert.rejects(methodOf(client, 'call')(id, {}) as Promise<unknown>, TypeError)
  }
  assert.equal(server.seen.length, 0)
})
