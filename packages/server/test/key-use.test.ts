import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Harness, startServer } from './harness.ts'

async function lastUsed(server: Harness, id: string): Promise<string | null> {
  const keys = (await server.request('GET', '/api/users/api-keys')).body
  return keys.find((key: { id: string }) => key.id === id).last_used_at
}

async function settled(read: () => Promise<string | null>, wanted: (value: string | null) => boolean) {
  for (let i = 0; i < 100; i += 1) {
    const value = await read()
    if (wanted(value)) return value
    await delay(50)
  }
  return read()
}

test('the list of keys tells when each was last used, to the minute', async (t) => {
  const server = await startServer(t)
  const made = (await server.request('POST', '/api/users/api-keys', { name: 'k' })).body
  assert.equal(await lastUsed(server, made.id), null)
  await server.request('GET', '/api/gates', undefined, { key: made.key })
  const first = await settled(
    () => lastUsed(server, made.id),
    (value) => value !== null,
  )
  assert.notEqual(first, null)
  const before = Date.now() - 90_000
  await server.store.write((tx) =>
    tx.updateTable('api_keys').set({ last_used_at: before }).where('id', '=', made.id).execute(),
  )
  await server.request('GET', '/api/gates', undefined, { key: made.key })
  const second = await settled(
    () => lastUsed(server, made.id),
    (value) => Date.parse(value ?? '') > before,
  )
  assert.ok(Date.parse(second ?? '') > before)
})

test('many uses within a minute write once', async (t) => {
  const server = await startServer(t)
  const made = (await server.request('POST', '/api/users/api-keys', { name: 'k' })).body
  const use = () => server.request('GET', '/api/gates', undefined, { key: made.key })
  await Promise.all(Array.from({ length: 50 }, use))
  const first = await settled(
    () => lastUsed(server, made.id),
    (value) => value !== null,
  )
  await Promise.all(Array.from({ length: 50 }, use))
  await delay(1200)
  assert.equal(await lastUsed(server, made.id), first)
})

test('a key that is refused was not used', async (t) => {
  const server = await startServer(t)
  const made = (await server.request('POST', '/api/users/api-keys', { name: 'k' })).body
  await server.request('DELETE', `/api/users/api-keys/${made.id}`)
  assert.equal((await server.request('GET', '/api/gates', undefined, { key: made.key })).status, 401)
  await delay(1200)
  const row = await server.store.read
    .selectFrom('api_keys')
    .select('last_used_at')
    .where('id', '=', made.id)
    .executeTakeFirst()
  assert.equal(row?.last_used_at, null)
})
