import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, decodeBase64Strict, sha256Hex, utf8Bytes, verifyEd25519 } from '@modei/protocol'
import { startServer } from './harness.ts'
import { openGate, PRICE, publish, publishDraft, saveDraft } from './shop.ts'

const CATALOG = '/api/gates/gate_shop/catalog'

test('a new gate has an empty draft, and what is saved replaces it whole', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const empty = await server.request('GET', CATALOG)
  assert.equal(empty.status, 200)
  assert.deepEqual(empty.body, {
    gate_id: 'gate_shop',
    version: 0,
    version_label: null,
    catalog_name: null,
    description: null,
    is_active: true,
    permissions: [],
    published_at: null,
    updated_at: null,
  })
  const saved = await server.request('POST', CATALOG, {
    permissions: [
      { key: 'read' },
      {
        permission_key: 'buy',
        display_name: 'Buy',
        description: 'Buys a thing',
        risk_level: 'high',
        min_trust_level: 2,
        constraints: { [PRICE]: 25, 'core:cost:max_per_action': 500 },
      },
    ],
    version: '2026.1',
    catalog_name: 'Shop',
    description: 'All of it',
  })
  assert.equal(saved.status, 200, saved.text)
  const { updated_at, status, ...draft } = saved.body
  assert.equal(status, 'saved')
  assert.match(updated_at, /^\d{4}-\d\d-\d\dT/)
  assert.deepEqual(draft, {
    gate_id: 'gate_shop',
    version: 0,
    version_label: '2026.1',
    catalog_name: 'Shop',
    description: 'All of it',
    is_active: true,
    permissions: [
      {
        permission_key: 'read',
        display_name: 'read',
        description: '',
        risk_level: 'low',
        min_trust_level: 1,
        constraints: {},
      },
      {
        permission_key: 'buy',
        display_name: 'Buy',
        description: 'Buys a thing',
        risk_level: 'high',
        min_trust_level: 2,
        constraints: { [PRICE]: 25, 'core:cost:max_per_action': 500 },
      },
    ],
    published_at: null,
  })
  assert.deepEqual((await server.request('GET', CATALOG)).body, { ...draft, updated_at })
  await saveDraft(server, ['sell'])
  const replaced = (await server.request('GET', CATALOG)).body
  assert.deepEqual(
    replaced.permissions.map(({ permission_key }: { permission_key: string }) => permission_key),
    ['sell'],
  )
  assert.equal(replaced.catalog_name, null)
})

test('a draft with faults is refused with all of them, and the one before it stays', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await saveDraft(server, ['read'])
  const bad: readonly [unknown, readonly string[]][] = [
    [{}, ['/body/permissions']],
    [{ permissions: [{}] }, ['/body/permissions/0/permission_key']],
    [{ permissions: [{ key: 'a', permission_key: 'a' }] }, ['/body/permissions/0/permission_key']],
    [{ permissions: [{ key: 'a' }, { key: 'a' }] }, ['/body/permissions/1/permission_key']],
    [{ permissions: [{ key: 'a:*' }] }, ['/body/permissions/0/key']],
    [{ permissions: [{ key: 'a', risk_level: 'none' }] }, ['/body/permissions/0/risk_level']],
    [{ permissions: [{ key: 'a', min_trust_level: 0 }] }, ['/body/permissions/0/min_trust_level']],
    [{ permissions: [{ key: 'a', price: 1 }] }, ['/body/permissions/0/price']],
    [{ permissions: 'a', permision: [] }, ['/body/permissions', '/body/permision']],
    [
      { permissions: [{ key: 'a', constraints: { [PRICE]: 0.5, nope: 1 } }] },
      [`/body/permissions/0/constraints/${PRICE}`, '/body/permissions/0/constraints/nope'],
    ],
    [
      {
        permissions: [
          { key: 'a', constraints: { [PRICE]: 1, 'core:pricing:currency': 'EUR' } },
          { key: 'b', constraints: { [PRICE]: 1 } },
        ],
      },
      ['/body/permissions/1/constraints/core:pricing:currency'],
    ],
  ]
  for (const [body, pointers] of bad) {
    const refused = await server.request('POST', CATALOG, body)
    assert.equal(refused.status, 422, JSON.stringify(body))
    assert.equal(refused.body.code, 'request_invalid')
    const found = new Set(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer))
    for (const pointer of pointers) assert.ok(found.has(pointer), `${pointer} in ${[...found].join()}`)
  }
  const unknown = await saveDraft(server, [
    { permission_key: 'a', constraints: { 'core:rate:max_per_minuet': 1 } },
  ])
  assert.match(unknown.body.detail, /did you mean `core:rate:max_per_minute`/)
  assert.equal((await server.request('GET', CATALOG)).body.permissions[0].permission_key, 'read')
})

test('a published version is hashed and signed over its canonical snapshot by the gate’s key', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const published = await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: 25 } }, 'read'], {
    change_summary: 'first',
  })
  const version = await server.request('GET', `${CATALOG}/1`, undefined, { key: null })
  assert.equal(version.status, 200)
  const { catalog_snapshot: snapshot, public_key, ...metadata } = version.body
  assert.deepEqual(metadata, published)
  const text = canonicalJson(snapshot)
  assert.equal(published.content_hash, sha256Hex(text))
  const key = decodeBase64Strict(public_key)
  const signature = decodeBase64Strict(published.signature)
  assert.ok(key !== undefined && signature !== undefined && verifyEd25519(key, utf8Bytes(text), signature))
  const { signing_keys: keys } = (await server.request('GET', '/api/gates/gate_shop/public')).body
  assert.deepEqual([keys[0].key_id, keys[0].public_key], [published.signing_key_id, public_key])
  assert.deepEqual(Object.keys(snapshot).sort(), ['gate_id', 'permissions', 'published_at', 'version'])
  assert.equal(snapshot.gate_id, 'gate_shop')
  assert.equal(snapshot.version, 1)
  assert.equal(snapshot.published_at, published.created_at)
  assert.equal(published.effective_at, published.created_at)
  assert.equal(published.change_summary, 'first')
  assert.equal(published.has_breaking_changes, false)
  assert.deepEqual(
    published.changes.map(({ type, permission_key }: Record<string, string>) => [type, permission_key]),
    [
      ['permission_added', 'buy'],
      ['permission_added', 'read'],
    ],
  )
})

test('nothing is published of an empty, unchanged or inactive draft', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const nothing = await publishDraft(server)
  assert.equal(nothing.status, 422)
  assert.deepEqual(nothing.body.errors, [{ pointer: '/body', message: 'the draft has no permissions' }])
  await saveDraft(server, [])
  assert.equal((await publishDraft(server, {})).status, 422)
  await publish(server, ['a', 'b'])
  for (const same of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    await saveDraft(server, same)
    const unchanged = await publishDraft(server, { change_summary: 'again' })
    assert.equal(unchanged.status, 409)
    assert.equal(unchanged.body.code, 'nothing_to_publish')
  }
  await server.request('POST', CATALOG, { permissions: [{ key: 'c' }], is_active: false })
  const inactive = await publishDraft(server)
  assert.equal(inactive.status, 409)
  assert.equal(inactive.body.code, 'conflict')
  await saveDraft(server, [])
  assert.equal((await publishDraft(server)).status, 422)
  assert.equal((await server.request('GET', `${CATALOG}/versions`)).body.length, 1)
})

test('each change is named, and a worse one is breaking', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: 25 } }, 'read'])
  const cheaper = await publish(server, [
    { permission_key: 'buy', constraints: { [PRICE]: 24 } },
    'read',
    'sell',
  ])
  assert.equal(cheaper.version, 2)
  assert.equal(cheaper.has_breaking_changes, false)
  const dearer = await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: 25 } }, 'sell'])
  assert.equal(dearer.version, 3)
  assert.equal(dearer.has_breaking_changes, true)
  assert.deepEqual(dearer.changes, [
    { type: 'price_changed', permission_key: 'buy', constraint_key: PRICE, old: 24, new: 25, breaking: true },
    {
      type: 'permission_removed',
      permission_key: 'read',
      constraint_key: null,
      old: {
        permission_key: 'read',
        display_name: 'read',
        description: '',
        risk_level: 'low',
        min_trust_level: 1,
        constraints: {},
      },
      new: null,
      breaking: true,
    },
  ])
  const draft = (await server.request('GET', CATALOG)).body
  assert.equal(draft.version, 3)
  assert.equal(draft.published_at, dearer.created_at)
})

test('a gate has one currency, fixed by its first published price', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const price = (currency?: string) => ({
    permission_key: 'buy',
    constraints: { [PRICE]: 25, ...(currency === undefined ? {} : { 'core:pricing:currency': currency }) },
  })
  await publish(server, ['read'])
  await publish(server, [price('EUR')])
  for (const other of [price('GBP'), price()]) {
    const refused = await saveDraft(server, [other])
    assert.equal(refused.status, 422)
    assert.equal(refused.body.errors[0].pointer, '/body/permissions/0/constraints/core:pricing:currency')
  }
  await publish(server, ['read'])
  assert.equal((await saveDraft(server, [price('GBP')])).status, 422)
  assert.equal((await saveDraft(server, [price('EUR')])).status, 200)
})

test('a draft that was saved before the currency was fixed is not published in another', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const dollars = [{ permission_key: 'buy', constraints: { [PRICE]: 25 } }]
  await publish(server, dollars)
  const euros = dollars.map((one) => ({
    ...one,
    display_name: 'Buy',
    description: '',
    risk_level: 'low',
    min_trust_level: 1,
    constraints: { ...one.constraints, 'core:pricing:currency': 'EUR' },
  }))
  await server.store.write((tx) =>
    tx
      .updateTable('catalog_drafts')
      .set({ permissions: JSON.stringify(euros) })
      .execute(),
  )
  assert.equal((await publishDraft(server)).status, 422)
})
