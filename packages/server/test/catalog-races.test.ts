import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from './harness.ts'
import { checkAt, enforceWith, issue, openGate, PRICE, publish, publishDraft, saveDraft } from './shop.ts'

const priced = (cents: number) => [{ permission_key: 'buy', constraints: { [PRICE]: cents } }]

test('of many publishes of one draft at once, one succeeds', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await saveDraft(server, ['a'])
  const answers = await Promise.all(Array.from({ length: 30 }, () => publishDraft(server, {})))
  const statuses = answers.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 201).length, 1)
  assert.equal(statuses.filter((status) => status === 409).length, 29)
  assert.equal((await server.request('GET', '/api/gates/gate_shop/catalog/versions')).body.length, 1)
})

test('saves and publishes at once make versions without gaps, each of one whole draft', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const pairs = Array.from({ length: 20 }, (_, index) => [`a:${index}`, `b:${index}`])
  await Promise.all(
    pairs.flatMap((pair) => [saveDraft(server, pair), publishDraft(server, {}), publishDraft(server, {})]),
  )
  await publishDraft(server, {})
  const { body: versions } = await server.request('GET', '/api/gates/gate_shop/catalog/versions')
  assert.ok(versions.length > 1)
  const numbers = versions.map(({ version }: { version: number }) => version).reverse()
  assert.deepEqual(
    numbers,
    Array.from({ length: versions.length }, (_, index) => index + 1),
  )
  for (const version of numbers) {
    const { catalog_snapshot: snapshot } = (
      await server.request('GET', `/api/gates/gate_shop/catalog/${version}`)
    ).body
    const [a, b] = snapshot.permissions.map(
      ({ permission_key }: { permission_key: string }) => permission_key,
    )
    assert.equal(a.slice(2), b.slice(2))
  }
  const gate = (await server.request('GET', '/api/gates/gate_shop')).body
  assert.equal(gate.current_catalog_version, versions.length)
})

test('what is issued while a version is published is pinned to the one before or the new one, with its own hash', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const hashes = new Map([[1, (await publish(server, priced(1))).content_hash]])
  await saveDraft(server, priced(2))
  const [published, ...passports] = await Promise.all([
    publishDraft(server, {}),
    ...Array.from({ length: 40 }, () => issue(server, ['buy'])),
  ])
  hashes.set(2, published.body.content_hash)
  for (const { catalog_version: version, catalog_content_hash: hash, passport_id } of passports) {
    assert.equal(hash, hashes.get(version))
    const spent = await enforceWith(server, passport_id, 'buy')
    assert.equal(spent.body.cumulative_cost, version)
  }
})

test('a decision that starts after a publish was answered is judged by what was published', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['a', 'b'])
  for (let round = 0; round < 10; round += 1) {
    const [offered, withheld] = round % 2 === 0 ? ['a', 'b'] : ['b', 'a']
    await saveDraft(server, [offered])
    // Decisions under way while it is published may go either way, but not fail.
    const racing = Array.from({ length: 10 }, () => checkAt(server, passport_id, offered))
    const published = await publishDraft(server, {})
    assert.equal(published.status, 201)
    const [good, bad, spent] = await Promise.all([
      checkAt(server, passport_id, offered),
      checkAt(server, passport_id, withheld),
      enforceWith(server, passport_id, withheld),
    ])
    assert.equal(good.body.allowed, true)
    assert.equal(bad.body.reason_code, 'permission_not_in_catalog')
    assert.equal(spent.body.reason, 'permission_not_in_catalog')
    for (const { status } of await Promise.all(racing)) assert.equal(status, 200)
  }
})

test('of many reissues of one passport at once, one succeeds, and its budget is spent once', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, ['buy'])
  const { passport_id: old } = await issue(server, ['buy'], {
    constraints: { 'core:cost:max_cumulative': 100 },
  })
  const spend = (id: string) => enforceWith(server, id, 'buy', 10)
  const [reissues, spent] = await Promise.all([
    Promise.all(
      Array.from({ length: 10 }, () => server.request('POST', `/api/passports/${old}/reissue`, {})),
    ),
    Promise.all(Array.from({ length: 8 }, () => spend(old))),
  ])
  const made = reissues.filter(({ status }) => status === 201)
  assert.equal(made.length, 1)
  for (const { body } of reissues.filter(({ status }) => status !== 201)) {
    assert.equal(body.code, 'passport_not_active')
  }
  const before = spent.filter(({ body }) => body.decision === 'PERMIT').length
  const after = await Promise.all(Array.from({ length: 12 }, () => spend(made[0]?.body.passport_id)))
  assert.equal(before + after.filter(({ body }) => body.decision === 'PERMIT').length, 10)
  assert.equal((await spend(old)).body.reason, 'passport_revoked')
})
