import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LocalGate } from 'modei/gate'
import { assertion, delegate, forge, heldFromAnswer, inline, selfIssue } from '../../../server/test/agents.ts'
import { issue, openGate, publish } from '../../../server/test/shop.ts'
import { clientOf, openShop, pass, presented } from './shop-gate.ts'

suite('what the gate issued itself', () => {
  test('is decided here and recorded on the server, and nobody is asked', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'])
    const yes = await shop.gate.decide({ action: 'buy', passport: presented(passport) })
    assert.deepEqual([yes.allowed, yes.source, yes.reason_code], [true, 'local', null], yes.detail ?? '')
    const no = await shop.gate.decide({ action: 'sell', passport: presented(passport) })
    assert.deepEqual([no.allowed, no.source, no.reason_code], [false, 'local', 'permission_not_granted'])
    await shop.gate.flush()
    const records = await shop.client.listAttestations('gate_shop')
    assert.deepEqual(
      records.map(({ action, reason_code }) => [action, reason_code]),
      [
        ['sell', 'permission_not_granted'],
        ['buy', null],
      ],
    )
    assert.deepEqual(
      shop.network.calls.filter((call) => /enforce|check/.test(call)),
      [],
    )
  })

  test('is refused once it is revoked, from the next reading on', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'])
    const request = { action: 'buy', passport: presented(passport) }
    assert.equal((await shop.gate.decide(request)).allowed, true)
    await shop.client.revokePassport('gate_shop', passport.passport_id)
    await shop.gate.refresh()
    const refused = await shop.gate.decide(request)
    assert.deepEqual([refused.allowed, refused.reason_code], [false, 'passport_revoked'])
  })

  test('is refused when it has expired, is forged, or is another gate’s', async (t) => {
    const shop = await openShop(t)
    await openGate(shop.server, 'gate_other')
    const passport = await issue(shop.server, ['buy'], { expires_in: '30s' })
    const foreign = await issue(shop.server, ['buy'], {}, 'gate_other')
    const widened = passport.passport_json.replace('"buy"', '"*"')
    const reason = async (envelope: { passport_json: string; signature: string }) =>
      (await shop.gate.decide({ action: 'buy', passport: envelope })).reason_code
    assert.equal(await reason({ ...presented(passport), passport_json: widened }), 'signature_invalid')
    assert.equal(await reason(presented(foreign)), 'issuer_untrusted')
    assert.equal(await reason({ passport_json: '{}', signature: '' }), 'invalid_envelope_shape')
    pass(shop, 30_000)
    assert.equal(await reason(presented(passport)), 'passport_expired')
  })

  test('is not trusted under a key that was compromised', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'])
    await shop.client.rotateGateKey('gate_shop', { compromised: true })
    await shop.gate.refresh()
    const refused = await shop.gate.decide({ action: 'buy', passport: presented(passport) })
    assert.deepEqual([refused.allowed, refused.reason_code], [false, 'signature_key_unavailable'])
  })

  test('keeps to the catalog that it is pinned to, and else to the one in effect', async (t) => {
    const shop = await openShop(t)
    const before = await issue(shop.server, ['buy', 'sell'])
    await publish(shop.server, [{ permission_key: 'buy' }])
    const pinned = await issue(shop.server, ['buy'])
    await publish(shop.server, [{ permission_key: 'sell', min_trust_level: 3 }])
    await shop.gate.refresh()
    const reason = async (action: string, passport: { passport_json: string; signature: string }) =>
      (await shop.gate.decide({ action, passport: presented(passport) })).reason_code
    assert.equal(await reason('buy', pinned), null)
    assert.equal(await reason('buy', before), 'permission_not_in_catalog')
    assert.equal(await reason('sell', before), 'trust_tier_insufficient')
  })

  test('keeps to limits that need no counting, those set on the server later included', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'], {
      constraints: { 'core:scope:domain_allowlist': ['shop.example', 'other.example'] },
    })
    const at = (target: string) => shop.gate.decide({ action: 'buy', target, passport: presented(passport) })
    assert.equal((await at('https://shop.example/1')).allowed, true)
    assert.equal((await at('https://evil.example/')).allowed, false)
    assert.equal((await at('https://other.example/')).allowed, true)
    await shop.client.setConstraints(passport.passport_id, {
      'core:scope:domain_blocklist': ['other.example'],
    })
    pass(shop, 60_001)
    await shop.gate.refresh()
    const refused = await at('https://other.example/')
    assert.deepEqual([refused.allowed, refused.source], [false, 'local'])
  })
})

test('a key with four scopes is enough for all that a gate does', async (t) => {
  const shop = await openShop(t)
  const scopes = ['constraints:read', 'attestations:write', 'enforcement:write', 'passports:read']
  const client = clientOf(shop.server.url, await shop.server.keyWith(...scopes), shop.network)
  const gate = await new LocalGate({ client, gateId: 'gate_shop' }).start()
  const passport = await issue(shop.server, ['buy'])
  const limited = await issue(shop.server, ['buy'], { constraints: { 'core:rate:max_total': 9 } })
  const here = await gate.decide({ action: 'buy', passport: presented(passport) })
  const there = await gate.decide({ action: 'buy', passport: presented(limited) })
  const byId = await gate.decide({ action: 'buy', passport_id: limited.passport_id })
  assert.deepEqual([here.allowed, there.allowed, byId.allowed], [true, true, true])
  assert.equal(there.agent_id, 'agent-1')
  await gate.close()
})

suite('what only the server can know', () => {
  test('is asked: counted limits and costs are exact', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'], { constraints: { 'core:rate:max_total': 2 } })
    const buy = () => shop.gate.decide({ action: 'buy', passport: presented(passport) })
    const answers = [await buy(), await buy(), await buy()]
    assert.deepEqual(
      answers.map(({ allowed, source }) => [allowed, source]),
      [
        [true, 'server'],
        [true, 'server'],
        [false, 'server'],
      ],
    )
    assert.equal(answers[2]?.checks.at(-1)?.name, 'core:rate:max_total')
    const free = await issue(shop.server, ['buy'])
    const paid = await shop.gate.decide({ action: 'buy', cost_cents: 5, passport: presented(free) })
    assert.deepEqual([paid.allowed, paid.source], [true, 'server'])
  })

  test('is asked: an action waits for a person, and passes once that person approves', async (t) => {
    const shop = await openShop(t)
    const passport = await issue(shop.server, ['buy'], { constraints: { 'core:approval:required': true } })
    const request = { action: 'buy', passport: presented(passport) }
    const held = await shop.gate.decide(request)
    assert.deepEqual([held.allowed, held.decision], [false, 'request_hold'])
    await shop.client.approveAction(held.approval_request_id ?? '')
    const approval_request_id = held.approval_request_id ?? ''
    assert.equal((await shop.gate.decide({ ...request, approval_request_id })).allowed, true)
    assert.equal((await shop.gate.decide({ ...request, approval_request_id })).allowed, false)
  })

  test('is asked: a passport of which only the id is shown, of this gate only', async (t) => {
    const shop = await openShop(t)
    await openGate(shop.server, 'gate_other')
    const passport = await issue(shop.server, ['buy'])
    const limited = await issue(shop.server, ['buy'], { constraints: { 'core:rate:max_total': 1 } })
    const foreign = await issue(
      shop.server,
      ['buy'],
      { constraints: { 'core:rate:max_total': 9 } },
      'gate_other',
    )
    const by = async (passport_id: string) => {
      const { allowed, source, reason_code } = await shop.gate.decide({ action: 'buy', passport_id })
      return [allowed, source, reason_code]
    }
    assert.deepEqual(await by(passport.passport_id), [true, 'server', null])
    assert.deepEqual(await by(limited.passport_id), [true, 'server', null])
    assert.equal((await by(limited.passport_id))[0], false)
    assert.deepEqual(await by(foreign.passport_id), [false, 'server', 'issuer_untrusted'])
    assert.deepEqual(await by('pp_nobody'), [false, 'server', 'passport_not_found'])
    assert.deepEqual(await by('../gates'), [false, 'local', 'invalid_passport_reference'])
  })

  test('is asked: whether a self-issued passport was revoked; it proves possession, once', async (t) => {
    const shop = await openShop(t, { gate: { allow_self_issued: true } })
    const held = selfIssue()
    const shown = inline(held)
    const unproved = await shop.gate.decide({ action: 'buy', passport: shown })
    assert.deepEqual([unproved.source, unproved.reason_code], ['local', 'missing_assertion'])
    const proof = assertion(held, { gate_id: 'gate_shop', action: 'buy' })
    const request = { action: 'buy', passport: shown, assertion: proof }
    const yes = await shop.gate.decide(request)
    assert.deepEqual([yes.allowed, yes.source], [true, 'server'], yes.detail ?? '')
    assert.equal((await shop.gate.decide(request)).reason_code, 'assertion_mismatch')
    const other = { ...request, action: 'sell' }
    assert.equal((await shop.gate.decide(other)).reason_code, 'assertion_mismatch')
  })

  test('is not asked about what is refused anyway', async (t) => {
    const shop = await openShop(t)
    const held = selfIssue()
    const proof = assertion(held, { gate_id: 'gate_shop', action: 'buy' })
    const request = { action: 'buy', passport: inline(held), assertion: proof }
    assert.equal((await shop.gate.decide(request)).reason_code, 'issuer_untrusted')
    const forged = forge(
      held,
      (envelope) => ({ ...envelope, delegation_authority: false }),
      selfIssue().agent,
    )
    const refused = await shop.gate.decide({ ...request, passport: inline(forged) })
    assert.equal(refused.reason_code, 'signature_invalid')
    assert.deepEqual(shop.network.calls, [])
  })

  test('is asked: what the holder of a gate’s passport delegated, whose revocation the gate’s list does not tell', async (t) => {
    const shop = await openShop(t)
    const root = heldFromAnswer(await issue(shop.server, ['buy'], { delegation_authority: true }))
    const child = delegate(root)
    const proof = assertion(child, { gate_id: 'gate_shop', action: 'buy' })
    const request = { action: 'buy', passport: inline(child), assertion: proof }
    const yes = await shop.gate.decide(request)
    assert.deepEqual([yes.allowed, yes.source], [true, 'server'], yes.detail ?? '')
  })

  test('is asked at L3: the nonce of an assertion counts once, in whatever process', async (t) => {
    const shop = await openShop(t, { gate: { profile: 'L3' } })
    const passport = await issue(shop.server, ['buy'])
    const held = heldFromAnswer(passport)
    const bare = { action: 'buy', passport: presented(passport) }
    assert.equal((await shop.gate.decide(bare)).reason_code, 'missing_assertion')
    const byId = { action: 'buy', passport_id: passport.passport_id }
    assert.equal((await shop.gate.decide(byId)).reason_code, 'missing_assertion')
    const proof = assertion(held, { gate_id: 'gate_shop', action: 'buy' })
    assert.equal((await shop.gate.decide({ ...bare, assertion: proof })).allowed, true)
    assert.equal((await shop.gate.decide({ ...byId, assertion: proof })).reason_code, 'assertion_mismatch')
    const elsewhere = assertion(held, { gate_id: 'gate_other', action: 'buy' })
    assert.equal(
      (await shop.gate.decide({ ...byId, assertion: elsewhere })).reason_code,
      'assertion_mismatch',
    )
  })
})
