import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GatedShop, gatedShop, textOf } from './gate-setup.ts'

const BUY = { name: 'buy', arguments: { item: 'tea', cents: 300 } }
const HELD = { permissions: ['shop:*'], constraints: { 'core:approval:for_actions': ['shop:buy'] } }

async function holdOf({ modei }: GatedShop): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const [hold] = await modei.listApprovals({ status: 'pending' })
    if (hold !== undefined) return hold.id
    await sleep(10)
  }
  throw new Error('nothing is held')
}

test('a held call waits, tells how it is going, and passes once a person has approved it', async (t) => {
  const shop = await gatedShop(t, {
    passport: HELD,
    file: { tools: { buy: { metadata: { item: '/item' } } } },
  })
  const progress: string[] = []
  const call = shop.agent.callTool(BUY, { onprogress: ({ message }) => progress.push(message ?? '') })
  const id = await holdOf(shop)
  assert.equal((await shop.modei.getApproval(id)).metadata?.item, 'tea')
  while (progress.length === 0) await sleep(10)
  assert.deepEqual(shop.performed, [])
  await shop.modei.approveAction(id)
  assert.deepEqual(textOf(await call), { text: 'bought tea', isError: false })
  assert.deepEqual(shop.performed, ['buy'])
  assert.match(progress[0] ?? '', /waiting for approval of hold_/)
})

test('a hold that a person denies is a refusal, and nothing reaches the server', async (t) => {
  const shop = await gatedShop(t, { passport: HELD })
  const call = shop.agent.callTool(BUY)
  await shop.modei.denyAction(await holdOf(shop))
  const { text, isError } = textOf(await call)
  assert.equal(isError, true)
  assert.match(text, /approval_denied/)
  assert.deepEqual(shop.performed, [])
})

test('approving one set of arguments lets no other pass', async (t) => {
  const shop = await gatedShop(t, { passport: HELD })
  const first = shop.agent.callTool(BUY)
  const id = await holdOf(shop)
  const other = shop.agent.callTool({ name: 'buy', arguments: { item: 'gold', cents: 300 } })
  while ((await shop.modei.listApprovals({ status: 'pending' })).length < 2) await sleep(10)
  await shop.modei.approveAction(id)
  assert.equal(textOf(await first).isError, false)
  const [left] = await shop.modei.listApprovals({ status: 'pending' })
  await shop.modei.denyAction(left?.id ?? '')
  assert.equal(textOf(await other).isError, true)
  assert.deepEqual(shop.performed, ['buy'])
})

test('one approval passes one of two equal calls', async (t) => {
  const shop = await gatedShop(t, { passport: HELD })
  const calls = Promise.all([shop.agent.callTool(BUY), shop.agent.callTool(BUY)])
  await shop.modei.approveAction(await holdOf(shop))
  let settled = false
  const results = calls.finally(() => {
    settled = true
  })
  // The other call is refused, or is held by itself.
  while (!settled) {
    for (const { id } of await shop.modei.listApprovals({ status: 'pending' }))
      await shop.modei.denyAction(id)
    await sleep(10)
  }
  assert.equal((await results).filter(({ isError }) => isError !== true).length, 1)
  assert.deepEqual(shop.performed, ['buy'])
})

test('an agent that cancels while it waits gets nothing done', async (t) => {
  // Long enough for the cancellation to fall between two looks.
  const shop = await gatedShop(t, { passport: HELD, pollMs: 300 })
  const cancel = new AbortController()
  let waits = 0
  const call = shop.agent.callTool(BUY, { signal: cancel.signal, onprogress: () => (waits += 1) })
  const id = await holdOf(shop)
  while (waits === 0) await sleep(10)
  cancel.abort()
  await assert.rejects(call)
  await shop.modei.approveAction(id)
  await sleep(700)
  assert.deepEqual(shop.performed, [])
})
