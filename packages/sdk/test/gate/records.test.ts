import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LocalGate } from 'modei/gate'
import { type ServerProcess, startProcess } from '../../../server/test/server-process.ts'
import { issue } from '../../../server/test/shop.ts'
import { clientOf, openShop, presented } from './shop-gate.ts'

const API_KEY = `mod_live_${'local-gate-records-'.repeat(3)}`

/** A server that can be killed and started again where it was. */
function restartable(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'modei-records-'))
  let running: ServerProcess | undefined
  const stop = async () => {
    running?.child.kill('SIGKILL')
    await running?.exited
  }
  t.after(async () => {
    await stop()
    rmSync(directory, { recursive: true, force: true })
  })
  return {
    stop,
    async start(port = '0') {
      running = await startProcess({
        MODEI_DATA_DIR: join(directory, 'data'),
        MODEI_BOOTSTRAP_API_KEY: API_KEY,
        PORT: port,
      })
      return running.url.replace('//localhost:', '//127.0.0.1:')
    },
  }
}

test('decisions are recorded once each and in order, over a crash of the server in their midst', async (t) => {
  const machine = restartable(t)
  const url = await machine.start()
  const network = { isDown: false, calls: [] }
  const client = clientOf(url, API_KEY, network)
  await client.createGate({ name: 'Shop', gate_id: 'gate_shop' })
  const passport = presented(
    await client.issuePassport('gate_shop', { agent_id: 'agent-1', permissions: ['*'] }),
  )
  const gate = await new LocalGate({ client, gateId: 'gate_shop', closeTimeoutMs: 30_000 }).start()
  const wanted = Array.from({ length: 60 }, (_, index) => `step:${index}`)
  // The limits set on the server are read before it goes away.
  for (const action of wanted.slice(0, 30)) {
    assert.equal((await gate.decide({ action, passport })).allowed, true)
  }
  await machine.stop()
  for (const action of wanted.slice(30)) {
    assert.equal((await gate.decide({ action, passport })).allowed, true)
  }
  assert.ok(gate.unrecorded >= 30)
  await machine.start(new URL(url).port)
  await gate.close()
  assert.equal(gate.unrecorded, 0)
  const records = await client.listAttestations('gate_shop', { limit: 1000 })
  assert.deepEqual(records.map(({ action }) => action).reverse(), wanted)
})

test('when more decisions wait than may wait, nothing is allowed any more until some are recorded', async (t) => {
  const shop = await openShop(t, { options: { maxRecords: 2, closeTimeoutMs: 5000 } })
  const passport = presented(await issue(shop.server, ['buy']))
  const buy = () => shop.gate.decide({ action: 'buy', passport })
  assert.equal((await buy()).allowed, true)
  await shop.gate.flush()
  shop.network.isDown = true
  assert.deepEqual([(await buy()).allowed, (await buy()).allowed], [true, true])
  const refused = await buy()
  assert.deepEqual([refused.allowed, refused.known, refused.reason_code], [false, false, 'records_full'])
  shop.network.isDown = false
  await shop.gate.flush()
  assert.equal((await buy()).allowed, true)
})

test('closing says that records are lost when they could not be sent in time', async (t) => {
  const shop = await openShop(t, { options: { closeTimeoutMs: 50 } })
  const passport = presented(await issue(shop.server, ['buy']))
  await shop.gate.decide({ action: 'buy', passport })
  await shop.gate.flush()
  shop.network.isDown = true
  await shop.gate.decide({ action: 'buy', passport })
  await assert.rejects(shop.gate.close(), { code: 'records_unsent', message: /^1 records/ })
})

test('a closed gate keeps no timer and so no process', async (t) => {
  const shop = await openShop(t, { options: { refreshMs: 5 } })
  await shop.gate.close()
  shop.network.calls.length = 0
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual(shop.network.calls, [])
})

test('what is known of the gate is read anew in the background, and a failure is reported', async (t) => {
  const failures = Promise.withResolvers<unknown>()
  const shop = await openShop(t, { options: { refreshMs: 5, onError: (error) => failures.resolve(error) } })
  const passport = await issue(shop.server, ['buy'])
  await shop.client.revokePassport('gate_shop', passport.passport_id)
  const reason = async () =>
    (await shop.gate.decide({ action: 'buy', passport: presented(passport) })).reason_code
  while ((await reason()) === null) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(await reason(), 'passport_revoked')
  shop.network.isDown = true
  assert.ok((await failures.promise) instanceof Error)
  shop.network.isDown = false
})
