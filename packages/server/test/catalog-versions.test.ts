import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from './harness.ts'
import { openGate, PRICE, publish } from './shop.ts'

const CATALOG = '/api/gates/gate_shop/catalog'

test('versions are listed newest first, page by page, without a key and without their content', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  assert.deepEqual((await server.request('GET', `${CATALOG}/versions`)).body, [])
  for (const price of [1, 2, 3, 4, 5]) {
    await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: price } }])
  }
  const anyone = { key: null }
  const all = await server.request('GET', `${CATALOG}/versions`, undefined, anyone)
  const numbers = (body: { version: number }[]) => body.map(({ version }) => version)
  assert.deepEqual(numbers(all.body), [5, 4, 3, 2, 1])
  assert.equal(all.body[0].gate_id, 'gate_shop')
  assert.equal(all.body[0].catalog_snapshot, undefined)
  let path: string | undefined = `/api/v1/gates/gate_shop/catalog/versions?limit=2`
  const pages: number[][] = []
  while (path !== undefined) {
    const page = await server.request('GET', path, undefined, anyone)
    pages.push(numbers(page.body))
    path = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
  }
  assert.deepEqual(pages, [[5, 4], [3, 2], [1]])
  for (const query of ['limit=0', 'limit=1001', 'cursor=x', 'cursor=-1', 'page=2']) {
    const refused = await server.request('GET', `${CATALOG}/versions?${query}`, undefined, anyone)
    assert.equal(refused.status, 422, query)
  }
})

test('a version that was never published, or of no gate, is absent', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['a'])
  for (const path of [
    `${CATALOG}/2`,
    '/api/gates/gate_none/catalog/1',
    '/api/gates/gate_none/catalog/versions',
  ]) {
    assert.equal((await server.request('GET', path, undefined, { key: null })).status, 404, path)
  }
  for (const version of ['0', '-1', '1.0', '1e0', 'latest', '99999999999']) {
    assert.equal((await server.request('GET', `${CATALOG}/${version}`)).status, 422, version)
  }
})

test('the database itself refuses to change or delete what was published', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: 25 } }])
  const attempts = [
    () => server.store.write((tx) => tx.updateTable('catalog_versions').set({ effective_at: 0 }).execute()),
    () =>
      server.store.write((tx) => tx.updateTable('catalog_versions').set({ snapshot_json: '{}' }).execute()),
    () => server.store.write((tx) => tx.deleteFrom('catalog_versions').execute()),
    () => server.store.write((tx) => tx.updateTable('catalog_permissions').set({ price_cents: 0 }).execute()),
    () => server.store.write((tx) => tx.deleteFrom('catalog_permissions').execute()),
  ]
  for (const attempt of attempts) await assert.rejects(attempt, /immutable/)
  assert.equal((await server.request('GET', `${CATALOG}/1`)).status, 200)
})
