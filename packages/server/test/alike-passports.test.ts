import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Harness, startServer } from './harness.ts'
import { enforceWith, issue, openGate } from './shop.ts'

const LIMITS = { 'core:cost:max_per_day': 1000, 'buy:*': { 'core:rate:max_total': 1 } }

async function blockerOf(server: Harness, id: string, action: string, cost: number): Promise<unknown> {
  const { body, status, text } = await enforceWith(server, id, action, cost)
  assert.equal(status, 200, text)
  return body.blocked_by
}

async function setOn(server: Harness, id: string, constraints: object): Promise<void> {
  const set = await server.request('PUT', `/api/passports/${id}/constraints`, constraints)
  assert.equal(set.status, 200, set.text)
}

async function twoAlike(t: TestContext): Promise<{ server: Harness; first: string; second: string }> {
  const server = await startServer(t)
  await openGate(server)
  const one = async () => (await issue(server, ['buy:*', 'read'], { constraints: LIMITS })).passport_id
  return { server, first: await one(), second: await one() }
}

test('passports that were issued alike count each for itself', async (t) => {
  const { server, first, second } = await twoAlike(t)
  assert.equal(await blockerOf(server, first, 'buy:tea', 900), null)
  assert.equal(await blockerOf(server, first, 'buy:tea', 0), 'core:rate:max_total')
  assert.equal(await blockerOf(server, first, 'read', 101), 'core:cost:max_per_day')
  assert.equal(await blockerOf(server, second, 'buy:tea', 900), null)
})

test('a limit that is set on one of two passports that were issued alike holds for that one alone', async (t) => {
  const { server, first, second } = await twoAlike(t)
  for (const id of [first, second]) assert.equal(await blockerOf(server, id, 'read', 1), null)
  await setOn(server, first, { 'core:cost:max_per_action': 10 })
  assert.equal(await blockerOf(server, first, 'read', 11), 'core:cost:max_per_action')
  assert.equal(await blockerOf(server, second, 'read', 11), null)
  await setOn(server, second, { 'core:cost:max_per_action': 20 })
  assert.equal(await blockerOf(server, second, 'read', 21), 'core:cost:max_per_action')
  assert.equal(await blockerOf(server, second, 'read', 20), null)
  assert.equal(await blockerOf(server, first, 'read', 20), 'core:cost:max_per_action')
  await setOn(server, first, {})
  assert.equal(await blockerOf(server, first, 'read', 20), null)
})

test('of passports that permit the same, each has the limits that it was issued with', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const limited = (cents: number) => ({ constraints: { 'core:cost:max_per_action': cents } })
  const { passport_id: poor } = await issue(server, ['buy'], limited(10))
  const { passport_id: rich } = await issue(server, ['buy'], limited(20))
  assert.equal(await blockerOf(server, poor, 'buy', 11), 'core:cost:max_per_action')
  assert.equal(await blockerOf(server, rich, 'buy', 20), null)
  assert.equal(await blockerOf(server, rich, 'buy', 21), 'core:cost:max_per_action')
})

test('the same limits hold for what each passport permits, and for each action as it is named', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const scoped = { 'buy:*': { 'core:cost:max_per_action': 10 } }
  const { passport_id: wide } = await issue(server, ['buy:*', 'read'], { constraints: scoped })
  const { passport_id: narrow } = await issue(server, ['buy:*', 'read', 'sell'], { constraints: scoped })
  assert.equal(await blockerOf(server, wide, 'read', 11), null)
  assert.equal(await blockerOf(server, wide, 'buy:tea', 11), 'core:cost:max_per_action')
  assert.equal(await blockerOf(server, narrow, 'sell', 11), null)
  assert.equal(await blockerOf(server, narrow, 'buy:tea', 11), 'core:cost:max_per_action')
  assert.equal(await blockerOf(server, wide, 'sell', 1), 'permission_not_granted')
})
