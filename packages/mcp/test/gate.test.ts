import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatedShop, textOf } from './gate-setup.ts'

const BUY = { name: 'buy', arguments: { item: 'tea', cents: 300 } }
const COST = { tools: { buy: { cost_cents: '/cents' } } }

test('a permitted call reaches the server, and its outcome is recorded beside the decision', async (t) => {
  const shop = await gatedShop(t, { passport: { permissions: ['shop:*'] }, file: COST })
  assert.deepEqual((await shop.agent.listTools()).tools.map(({ name }) => name).sort(), [
    'buy',
    'environment',
    'look',
  ])
  assert.deepEqual(textOf(await shop.agent.callTool(BUY)), { text: 'bought tea', isError: false })
  assert.deepEqual(shop.performed, ['buy'])
  const [record] = await shop.recorded()
  assert.equal(record?.action, 'shop:buy')
  assert.equal(record?.decision, 'allow')
  const recorded = Object(record?.recorded)
  assert.match(recorded.input_hash, /^sha256:[0-9a-f]{64}$/)
  assert.match(recorded.output_hash, /^sha256:[0-9a-f]{64}$/)
  assert.ok(Number.isSafeInteger(recorded.execution_ms))
  assert.match(recorded.metadata.enforcement_id, /^enf_/)
})

test('a blocked call never reaches the server; the agent reads why, with the numbers', async (t) => {
  const constraints = { 'core:cost:max_cumulative': 500 }
  const shop = await gatedShop(t, { passport: { permissions: ['shop:*'], constraints }, file: COST })
  await shop.agent.callTool(BUY)
  const blocked = textOf(await shop.agent.callTool(BUY))
  assert.equal(blocked.isError, true)
  assert.match(blocked.text, /shop:buy was not performed/)
  assert.match(blocked.text, /core:cost:max_cumulative: limit 500, current 300, requested 300/)
  assert.match(blocked.text, /remaining: 200 cents/)
  assert.match(blocked.text, /record: enf_/)
  assert.deepEqual(shop.performed, ['buy'])
  const records = await shop.recorded()
  assert.deepEqual(
    records.map(({ decision }) => decision),
    ['allow', 'block'],
  )
})

test('of 100 parallel calls exactly as many pass as the budget holds, and no more reach the server', async (t) => {
  const constraints = { 'core:cost:max_cumulative': 3000 + 299 }
  const shop = await gatedShop(t, { passport: { permissions: ['shop:*'], constraints }, file: COST })
  const results = await Promise.all(Array.from({ length: 100 }, () => shop.agent.callTool(BUY)))
  assert.equal(results.filter(({ isError }) => isError !== true).length, 10)
  assert.equal(shop.performed.length, 10)
  const records = await shop.recorded()
  assert.equal(records.length, 100)
})

test('a tool that the passport does not carry is refused, whatever the server calls itself', async (t) => {
  const shop = await gatedShop(t, { passport: { permissions: ['shop:look', 'buy'] } })
  assert.equal(textOf(await shop.agent.callTool({ name: 'look', arguments: {} })).isError, false)
  const refused = textOf(await shop.agent.callTool(BUY))
  assert.equal(refused.isError, true)
  assert.match(refused.text, /permission_not_granted/)
  assert.deepEqual(shop.performed, ['look'])
})

test('a mapped argument that is absent or no whole number of cents blocks, and nobody is asked', async (t) => {
  const file = {
    tools: { buy: { cost_cents: '/cents', target: '/url' }, look: { cost_cents: '/constructor' } },
  }
  const shop = await gatedShop(t, { passport: { permissions: ['*'] }, file })
  for (const args of [
    { item: 'tea', cents: -1, url: 'https://example.com' },
    { item: 'tea', cents: 1.5, url: 'https://example.com' },
    { item: 'tea', cents: 300 },
    { item: 'tea', cents: 2 ** 53, url: 'https://example.com' },
  ]) {
    assert.match(
      textOf(await shop.agent.callTool({ name: 'buy', arguments: args })).text,
      /arguments_unusable/,
    )
  }
  assert.equal(textOf(await shop.agent.callTool({ name: 'look', arguments: {} })).isError, true)
  assert.deepEqual(shop.performed, [])
})

test('a mapped action and target are what is judged', async (t) => {
  const file = { tools: { buy: { action: 'orders:create', target: '/url', cost_cents: 5 } } }
  const constraints = { 'core:scope:domain_allowlist': ['shop.example'] }
  const shop = await gatedShop(t, { passport: { permissions: ['orders:create'], constraints }, file })
  const buyAt = async (url: string) =>
    textOf(await shop.agent.callTool({ name: 'buy', arguments: { item: 'tea', cents: 1, url } })).isError
  assert.equal(await buyAt('https://shop.example/tea'), false)
  assert.equal(await buyAt('https://shop.example.evil.test/tea'), true)
  const [decided] = await shop.modei.listEnforcementAttestations(shop.passportId, {
    limit: 1,
    decision: 'PERMIT',
  })
  assert.equal(decided?.action, 'orders:create')
  assert.equal(decided?.cost_cents, 5)
})

test('resources are asked for like tools', async (t) => {
  const allowed = await gatedShop(t, { passport: { permissions: ['shop:resources:read'] } })
  assert.match(JSON.stringify(await allowed.agent.readResource({ uri: 'shop://prices' })), /tea 300/)
  assert.equal((await allowed.agent.listResources()).resources.length, 1)
  const refused = await gatedShop(t, { passport: { permissions: ['shop:look'] } })
  await assert.rejects(refused.agent.readResource({ uri: 'shop://prices' }), /Blocked by Modei/)
  assert.deepEqual(refused.performed, [])
})

test('when the server cannot be reached nothing passes, but for tools that the file lets go on', async (t) => {
  const file = { tools: { look: { fail_open: true } } }
  const shop = await gatedShop(t, { passport: { permissions: ['*'] }, file, baseUrl: 'http://127.0.0.1:1' })
  const blocked = textOf(await shop.agent.callTool(BUY))
  assert.equal(blocked.isError, true)
  assert.match(blocked.text, /connection_failed/)
  assert.equal(textOf(await shop.agent.callTool({ name: 'look', arguments: {} })).isError, false)
  assert.deepEqual(shop.performed, ['look'])
  assert.ok(shop.logged.some((line) => line.includes('fail_open')))
})

test('a refusal is not being out of reach: a revoked passport blocks a tool that may fail open', async (t) => {
  const file = { tools: { look: { fail_open: true } } }
  const shop = await gatedShop(t, { passport: { permissions: ['*'] }, file })
  await shop.modei.revokePassport('gate_shop', shop.passportId)
  assert.equal(textOf(await shop.agent.callTool({ name: 'look', arguments: {} })).isError, true)
  assert.deepEqual(shop.performed, [])
})
