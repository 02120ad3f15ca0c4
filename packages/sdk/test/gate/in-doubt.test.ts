import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LocalGate } from 'modei/gate'
import { issue } from '../../../server/test/shop.ts'
import { openShop, pass, presented } from './shop-gate.ts'

suite('in doubt it refuses', () => {
  test('when the server is needed and away', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'], { constraints: { 'core:rate:max_total': 2 } })
    const request = { action: 'buy', passport: presented(passport) }
    assert.equal((await shop.gate.decide(request)).allowed, true)
    shop.network.isDown = true
    const refused = await shop.gate.decide(request)
    assert.deepEqual(
      [refused.allowed, refused.known, refused.reason_code],
      [false, false, 'server_unavailable'],
    )
    const byId = await shop.gate.decide({ action: 'buy', passport_id: passport.passport_id })
    assert.deepEqual([byId.allowed, byId.known], [false, false])
  })

  test('when what it knows is older than it may be, and not before', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'])
    const request = { action: 'buy', passport: presented(passport) }
    assert.equal((await shop.gate.decide(request)).allowed, true)
    shop.network.isDown = true
    shop.clock.at += 60_000
    assert.equal((await shop.gate.decide(request)).allowed, true)
    shop.clock.at += 1
    await assert.rejects(shop.gate.refresh())
    const refused = await shop.gate.decide(request)
    assert.deepEqual([refused.allowed, refused.known, refused.reason_code], [false, false, 'gate_data_stale'])
    shop.network.isDown = false
    await shop.gate.refresh()
    assert.equal((await shop.gate.decide(request)).allowed, true)
  })

  test('when what it knows grew too old while it waited for the limits of a passport', async (t) => {
    const shop = await openShop(t)
    const passport = presented(await issue(shop.server, ['buy']))
    const getConstraints = async (id: string) => {
      const answer = await shop.client.getConstraints(id)
      shop.clock.at += 60_001
      return answer
    }
    const client = {
      ...callsOf(shop.client),
      getConstraints,
      getGateRevocations: shop.client.getGateRevocations.bind(shop.client),
    }
    const gate = await new LocalGate({ client, gateId: 'gate_shop', now: () => shop.clock.at }).start()
    assert.equal((await gate.decide({ action: 'buy', passport })).reason_code, 'gate_data_stale')
    assert.equal(gate.unrecorded, 0)
    await gate.close()
  })

  test('when its clock was set back, or is none', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'])
    for (const at of [shop.clock.at - 1, Number.NaN]) {
      shop.clock.at = at
      const refused = await shop.gate.decide({ action: 'buy', passport: presented(passport) })
      assert.equal(refused.reason_code, 'gate_data_stale')
    }
  })

  test('before it has started, and once it is closed', async (t) => {
    const shop = await openShop(t)
    const passport = presented(await issue(shop.server, ['buy']))
    const fresh = new LocalGate({ client: shop.client, gateId: 'gate_shop' })
    assert.equal((await fresh.decide({ action: 'buy', passport })).reason_code, 'gate_data_stale')
    await shop.gate.close()
    assert.equal((await shop.gate.decide({ action: 'buy', passport })).reason_code, 'gate_closed')
    await assert.rejects(shop.gate.start(), { code: 'gate_closed' })
  })

  test('at a gate that does not exist, it does not start', async (t) => {
    const shop = await openShop(t)
    const gate = new LocalGate({ client: shop.client, gateId: 'gate_nowhere' })
    await assert.rejects(gate.start(), { code: 'not_found' })
    assert.throws(() => new LocalGate({ client: shop.client, gateId: '../gates' }), TypeError)
    for (const maxAgeMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => new LocalGate({ client: shop.client, gateId: 'gate_shop', maxAgeMs }), TypeError)
    }
  })

  test('once the gate is archived', async (t) => {
    const shop = await openShop(t)
    const passport = presented(await issue(shop.server, ['buy']))
    await shop.client.deleteGate('gate_shop')
    await shop.gate.refresh()
    assert.equal((await shop.gate.decide({ action: 'buy', passport })).reason_code, 'gate_archived')
  })

  test('when the list of revocations is an old one that somebody kept, or is signed by somebody else', async (t) => {
    const shop = await openShop(t)
    const kept = await shop.client.getGateRevocations('gate_shop')
    pass(shop, 70_000)
    await shop.gate.refresh()
    const { signature } = await shop.client.getGateRevocations('gate_shop')
    for (const list of [kept, { ...kept, signature }]) {
      const gate = new LocalGate({
        client: { ...callsOf(shop.client), getGateRevocations: async () => list },
        gateId: 'gate_shop',
        now: () => shop.clock.at,
        maxAgeMs: 1000,
      })
      await assert.rejects(gate.start(), { code: 'invalid_response' })
    }
  })

  test('when a request makes no sense', async (t) => {
    const shop = await openShop(t)
    const answered = await issue(shop.server, ['*'])
    const passport = presented(answered)
    const reason = async (request: Parameters<LocalGate['decide']>[0]) =>
      (await shop.gate.decide(request)).reason_code
    assert.equal(await reason({ action: 'buy' }), 'passport_not_presented')
    assert.equal(
      await reason({ action: 'buy', passport, passport_id: answered.passport_id }),
      'invalid_passport_reference',
    )
    assert.equal(await reason({ action: 'buy it', passport }), 'request_invalid')
    for (const target of ['', 'x'.repeat(2049)]) {
      assert.equal(await reason({ action: 'buy', passport, target }), 'request_invalid')
    }
    for (const cost_cents of [-1, 0.5, Number.NaN, 2 ** 53]) {
      assert.equal(await reason({ action: 'buy', passport, cost_cents }), 'request_invalid')
    }
  })
})

/** The calls of a client apart from it, so that one can be replaced: the network answers what it likes. */
function callsOf(client: Awaited<ReturnType<typeof openShop>>['client']) {
  return {
    getGatePublic: client.getGatePublic.bind(client),
    listCatalogVersions: client.listCatalogVersions.bind(client),
    getCatalogVersion: client.getCatalogVersion.bind(client),
    getConstraints: client.getConstraints.bind(client),
    getPassport: client.getPassport.bind(client),
    checkGate: client.checkGate.bind(client),
    enforceAction: client.enforceAction.bind(client),
    recordAttestation: client.recordAttestation.bind(client),
  }
}
