import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import type { Fetch } from 'modei'
import { AgentCredentials } from 'modei/passport'
import { gatedShop, type Setup, textOf } from './gate-setup.ts'

const BUY = { name: 'buy', arguments: { item: 'tea', cents: 300, url: 'https://shop.example/tea' } }
const FILE = { tools: { buy: { cost_cents: '/cents', target: '/url' } } }

/** A gate at L3, and every request that its proxy made to the server that decides. */
async function provedShop(t: TestContext, setup: Partial<Setup> = {}) {
  const credentials = AgentCredentials.generate()
  const bodies: Record<string, unknown>[] = []
  const fetch: Fetch = (url, init) => {
    if (String(url).endsWith('/api/enforce')) bodies.push(JSON.parse(String(init?.body)))
    return globalThis.fetch(url, init)
  }
  const passport = { permissions: ['shop:*'] }
  const shop = await gatedShop(t, { passport, file: FILE, profile: 'L3', credentials, fetch, ...setup })
  return { ...shop, credentials, bodies }
}

/** The gate that has the passport's key. */
async function holdingShop(t: TestContext, setup: Partial<Setup> = {}) {
  const credentials = AgentCredentials.generate()
  return provedShop(t, { credentials, holder: credentials, ...setup })
}

test('a gate that asks for proof blocks every call without the key of the passport, and with another one', async (t) => {
  for (const holder of [undefined, AgentCredentials.generate()]) {
    const shop = await provedShop(t, holder === undefined ? {} : { holder })
    const { isError, text } = textOf(await shop.agent.callTool(BUY))
    assert.equal(isError, true)
    assert.match(text, holder === undefined ? /missing_assertion/ : /assertion_mismatch/)
    assert.deepEqual(shop.performed, [])
  }
})

test('with the key each call is proved by an assertion of its own, and passes', async (t) => {
  const shop = await holdingShop(t)
  const results = await Promise.all(Array.from({ length: 10 }, () => shop.agent.callTool(BUY)))
  for (const result of results) assert.deepEqual(textOf(result), { text: 'bought tea', isError: false })
  const look = await shop.agent.callTool({ name: 'look', arguments: {} })
  assert.equal(textOf(look).isError, false)
  const nonces = shop.bodies.map(({ assertion }) => Object(assertion).assertion_json.nonce)
  assert.equal(nonces.length, 11)
  assert.equal(new Set(nonces).size, 11)
})

test('an assertion that was seen serves nobody again, for the same request or another', async (t) => {
  const shop = await holdingShop(t)
  await shop.agent.callTool(BUY)
  const [body] = shop.bodies
  assert.ok(body)
  const { assertion, action, passport_id, target, cost_cents } = body
  for (const changed of [
    {},
    { cost_cents: 1 },
    { action: 'shop:look' },
    { target: 'https://other.example' },
  ]) {
    const again = { passport_id, action, target, cost_cents, assertion, ...changed }
    const { status, body: answer } = await shop.server.request('POST', '/api/enforce', again)
    assert.equal(status, 200)
    assert.equal(answer.decision, 'BLOCK')
    assert.equal(answer.reason, 'assertion_mismatch')
  }
})

test('an approved call is proved anew, and passes once', async (t) => {
  const constraints = { 'core:approval:for_actions': ['shop:buy'] }
  const shop = await holdingShop(t, { passport: { permissions: ['shop:*'], constraints } })
  const call = shop.agent.callTool(BUY)
  let [hold] = await shop.modei.listApprovals({ status: 'pending' })
  for (let tries = 0; hold === undefined && tries < 500; tries += 1) {
    await sleep(10)
    hold = (await shop.modei.listApprovals({ status: 'pending' }))[0]
  }
  await shop.modei.approveAction(hold?.id ?? '')
  assert.deepEqual(textOf(await call), { text: 'bought tea', isError: false })
  const nonces = shop.bodies.map(({ assertion }) => Object(assertion).assertion_json.nonce)
  assert.equal(new Set(nonces).size, 2)
  assert.deepEqual(shop.performed, ['buy'])
})

test('the key is in no request, log, answer or record', async (t) => {
  const shop = await holdingShop(t)
  const answers = [await shop.agent.callTool(BUY), await shop.agent.callTool({ name: 'look', arguments: {} })]
  const seen = inspect([shop.bodies, shop.logged, answers, await shop.recorded()], { depth: 20 })
  assert.ok(shop.bodies.length >= 2)
  assert.ok(!seen.includes('privateKey'))
  const secret = Buffer.from(shop.credentials.privateKey)
  for (const spelled of ['base64', 'base64url', 'hex'] as const) {
    assert.ok(!seen.includes(secret.toString(spelled).replace(/=+$/, '')), spelled)
  }
})

test('without proof a gate that asks for none decides as before', async (t) => {
  const shop = await provedShop(t, { profile: 'L1' })
  assert.equal(textOf(await shop.agent.callTool(BUY)).isError, false)
  assert.equal(shop.bodies[0]?.assertion, undefined)
})
