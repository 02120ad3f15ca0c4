import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, decodeBase64Strict, sha256Hex, utf8Bytes, verifyEd25519 } from '@modei/protocol'
import { masked, startServer } from './harness.ts'
import { issue, openGate, PRICE, publish, publishDraft, saveDraft } from './shop.ts'

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

test('an archived gate publishes nothing more, and what it published stays readable', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['a'])
  await saveDraft(server, ['b'])
  await server.request('DELETE', '/api/gates/gate_shop')
  for (const refused of [await saveDraft(server, ['c']), await publishDraft(server)]) {
    assert.equal(refused.status, 409)
    assert.equal(refused.body.code, 'conflict')
  }
  for (const path of ['', '/versions', '/1', '/impact']) {
    assert.equal((await server.request('GET', CATALOG + path)).status, 200, path)
  }
})

test('another workspace’s catalog answers like one of a gate that does not exist', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['a'])
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ['GET', ''],
    ['POST', '', { permissions: [{ key: 'b' }] }],
    ['POST', '/publish', {}],
    ['GET', '/impact'],
    ['POST', '/impact', {}],
  ]
  for (const [method, path, body] of calls) {
    const call = (gate: string) =>
      server.request(method, `/api/gates/${gate}/catalog${path}`, body, { key: server.keys.other })
    const foreign = await call('gate_shop')
    assert.equal(foreign.status, 404, `${method} ${path}`)
    assert.equal(
      masked(foreign, 'gate_shop'),
      masked(await call('gate_none'), 'gate_none'),
      `${method} ${path}`,
    )
  }
  assert.equal((await server.request('GET', CATALOG)).body.permissions[0].permission_key, 'a')
})

test('each call needs its own scope, and the public ones need none', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['a'])
  const reader = await server.keyWith('catalogs:read')
  const writer = await server.keyWith('catalogs:write')
  const stranger = await server.keyWith('gates:write', 'passports:write')
  const calls: readonly (readonly [string, string, unknown, string])[] = [
    ['GET', '', undefined, 'catalogs:read'],
    ['GET', '/impact', undefined, 'catalogs:read'],
    ['POST', '/impact', undefined, 'catalogs:read'],
    ['POST', '', { permissions: [] }, 'catalogs:write'],
    ['POST', '/publish', {}, 'catalogs:write'],
  ]
  for (const [method, path, body, scope] of calls) {
    const right = scope === 'catalogs:read' ? reader : writer
    const wrong = scope === 'catalogs:read' ? stranger : reader
    const refused = await server.request(method, CATALOG + path, body, { key: wrong })
    assert.equal(refused.status, 403, `${method} ${path}`)
    assert.equal(refused.body.required_scope, scope)
    assert.notEqual((await server.request(method, CATALOG + path, body, { key: right })).status, 403)
    assert.equal((await server.request(method, CATALOG + path, body, { key: null })).status, 401)
  }
  for (const path of ['/versions', '/1']) {
    assert.equal((await server.request('GET', CATALOG + path, undefined, { key: null })).status, 200)
    const invalid = await server.request('GET', CATALOG + path, undefined, {
      key: `mod_live_${'x'.repeat(40)}`,
    })
    assert.equal(invalid.status, 401)
  }
})

test('bad bodies of a publish are refused, and an absent one is empty', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await saveDraft(server, ['a'])
  const bad = [
    { effective_at: '2026-02-30T00:00:00Z' },
    { effective_at: '2026-05-01' },
    { effective_at: '2026-05-01T00:00:00' },
    { effective_at: 1777593600 },
    { change_summary: 5 },
    { change_summary: 'x'.repeat(2001) },
    { version: 2 },
    [],
    'now',
  ]
  for (const body of bad)
    assert.equal((await publishDraft(server, body as object)).status, 422, JSON.stringify(body))
  const absent = await server.request('POST', `${CATALOG}/publish`)
  assert.equal(absent.status, 201)
  assert.equal(absent.body.change_summary, null)
})

test('a repeated publish or save under one idempotency key happens once', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await saveDraft(server, ['a'])
  const headers = { 'idempotency-key': 'publish-1' }
  const once = await server.request('POST', `${CATALOG}/publish`, {}, { headers })
  await saveDraft(server, ['a', 'b'])
  const again = await server.request('POST', `${CATALOG}/publish`, {}, { headers })
  assert.equal(again.status, 201)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.deepEqual(again.body, once.body)
  const other = await server.request('POST', `${CATALOG}/publish`, { change_summary: 'x' }, { headers })
  assert.equal(other.body.code, 'idempotency_conflict')
  assert.equal((await server.request('GET', `${CATALOG}/versions`)).body.length, 1)
  const save = (key: string) =>
    server.request('POST', CATALOG, { permissions: [{ key }] }, { headers: { 'idempotency-key': 'save-1' } })
  await save('c')
  await saveDraft(server, ['d'])
  assert.equal((await save('c')).headers.get('idempotent-replayed'), 'true')
  assert.equal((await server.request('GET', CATALOG)).body.permissions[0].permission_key, 'd')
})

test('the impact of a draft names its changes and the active passports that hold what changes', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [{ permission_key: 'buy', constraints: { [PRICE]: 25 } }, 'read', 'sell'])
  const buyer = await issue(server, ['buy'])
  const all = await issue(server, ['*'], { agent_id: 'agent-2' })
  await issue(server, ['read'])
  const revoked = await issue(server, ['buy'])
  await server.request('DELETE', `/api/gates/gate_shop/passports/${revoked.passport_id}`)
  await issue(server, ['buy'], { expires_in_seconds: 1 })
  const none = await server.request('GET', `${CATALOG}/impact`)
  assert.deepEqual(none.body, {
    gate_id: 'gate_shop',
    affected_passports: 0,
    has_breaking_changes: false,
    changes: [],
    passports: [],
  })
  await saveDraft(server, [{ permission_key: 'buy', constraints: { [PRICE]: 30 } }, 'read', 'sell', 'swap'])
  server.clock.at = Date.now() + 2000
  const impact = await server.request('GET', `${CATALOG}/impact`)
  assert.equal(impact.status, 200, impact.text)
  assert.equal(impact.body.affected_passports, 2)
  assert.equal(impact.body.has_breaking_changes, true)
  assert.deepEqual(
    impact.body.changes.map(({ type }: { type: string }) => type),
    ['price_changed', 'permission_added'],
  )
  assert.deepEqual(impact.body.passports, [
    {
      passport_id: all.passport_id,
      agent_id: 'agent-2',
      catalog_version: 1,
      permissions: ['buy', 'swap'],
      breaking: true,
    },
    {
      passport_id: buyer.passport_id,
      agent_id: 'agent-1',
      catalog_version: 1,
      permissions: ['buy'],
      breaking: true,
    },
  ])
  for (const body of [undefined, {}]) {
    assert.deepEqual((await server.request('POST', `${CATALOG}/impact`, body)).body, impact.body)
  }
  assert.equal((await server.request('POST', `${CATALOG}/impact`, { draft: {} })).status, 422)
})

test('the impact of a first catalog is breaking for passports whose permissions it lacks', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const reader = await issue(server, ['read'])
  await issue(server, ['buy'])
  await saveDraft(server, ['buy'])
  const { body } = await server.request('GET', `${CATALOG}/impact`)
  assert.equal(body.affected_passports, 2)
  assert.equal(body.has_breaking_changes, true)
  const affected = body.passports.find(
    ({ passport_id }: { passport_id: string }) => passport_id === reader.passport_id,
  )
  assert.deepEqual(affected.permissions, ['read'])
  assert.equal(affected.breaking, true)
})
