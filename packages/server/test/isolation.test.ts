import assert from 'node:assert/strict'
import { test } from 'node:test'
import { masked, startServer } from './harness.ts'

test('another workspace’s ids answer like ids that never existed', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const passport = (
    await server.request('POST', '/api/gates/gate_shop/passports', { agent_id: 'a', permissions: ['buy'] })
  ).body.passport_id
  const enforced = (await server.request('POST', '/api/enforce', { passport_id: passport, action: 'buy' }))
    .body.attestation_id
  const key = (await server.request('POST', '/api/users/api-keys', { name: 'k' })).body.id
  const unknown = {
    gate: 'gate_none',
    passport: 'pp_000000000000000000000000',
    attestation: 'enf_000000000000000000000000',
    key: 'key_000000000000000000000000',
  }
  const calls: readonly (readonly [string, (ids: typeof unknown) => string, unknown?])[] = [
    ['GET', ({ gate }) => `/api/gates/${gate}`],
    ['PATCH', ({ gate }) => `/api/gates/${gate}`, { name: 'taken over' }],
    ['DELETE', ({ gate }) => `/api/gates/${gate}`],
    ['GET', ({ gate }) => `/api/gates/${gate}/passports`],
    ['POST', ({ gate }) => `/api/gates/${gate}/passports`, { agent_id: 'a', permissions: ['buy'] }],
    ['GET', ({ gate, passport }) => `/api/gates/${gate}/passports/${passport}`],
    ['DELETE', ({ gate, passport }) => `/api/gates/${gate}/passports/${passport}`],
    ['GET', ({ gate }) => `/api/gates/${gate}/attestations`],
    ['GET', ({ passport }) => `/api/passports/${passport}/constraints`],
    ['PUT', ({ passport }) => `/api/passports/${passport}/constraints`, {}],
    ['GET', ({ passport }) => `/api/passports/${passport}/enforcement`],
    ['GET', ({ attestation }) => `/api/attestations/${attestation}`],
    ['POST', ({ attestation }) => `/api/attestations/${attestation}/verify`],
    ['GET', ({ attestation }) => `/api/enforcement/${attestation}`],
    ['POST', ({ attestation }) => `/api/enforcement/${attestation}/verify`],
    ['DELETE', ({ key }) => `/api/users/api-keys/${key}`],
  ]
  const real = { gate: 'gate_shop', passport, attestation: enforced, key }
  const options = { key: server.keys.other }
  for (const [method, path, body] of calls) {
    const foreign = await server.request(method, path(real), body, options)
    const absent = await server.request(method, path(unknown), body, options)
    assert.equal(foreign.status, 404, `${method} ${path(real)}: ${foreign.text}`)
    assert.equal(
      masked(foreign, ...Object.values(real)),
      masked(absent, ...Object.values(unknown)),
      `${method} ${path(real)}`,
    )
  }
  const enforce = (passport_id: string) =>
    server.request('POST', '/api/enforce', { passport_id, action: 'buy' }, options)
  assert.equal(
    masked(await enforce(passport), passport),
    masked(await enforce(unknown.passport), unknown.passport),
  )
  assert.deepEqual((await server.request('GET', '/api/gates', undefined, options)).body, [])
  assert.equal((await server.request('GET', '/api/gates/gate_shop')).body.name, 'Shop')
})

test('a gate asks for a key of its own workspace before it speaks of a passport id, alike whether it exists', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const passport = (
    await server.request('POST', '/api/gates/gate_shop/passports', { agent_id: 'a', permissions: ['buy'] })
  ).body.passport_id
  for (const key of [null, server.keys.other]) {
    const check = (passport_id: string) =>
      server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' }, { key })
    const known = await check(passport)
    assert.equal(known.status, 401)
    assert.equal(known.headers.get('www-authenticate'), 'Bearer')
    assert.equal(masked(known), masked(await check('pp_000000000000000000000000')))
  }
  const unknown = await server.request('POST', '/api/gates/gate_shop/check', {
    passport_id: 'pp_000000000000000000000000',
    action: 'buy',
  })
  assert.equal(unknown.status, 200)
  assert.equal(unknown.body.reason_code, 'passport_not_found')
  assert.match(unknown.body.attestation_id, /^att_/)
})

test('a gate id that another workspace uses is taken, and that is all one learns', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Secret name', gate_id: 'gate_shop' })
  const taken = await server.request(
    'POST',
    '/api/gates',
    { name: 'Mine', gate_id: 'shop' },
    { key: server.keys.other },
  )
  assert.equal(taken.status, 409)
  assert.equal(taken.text.includes('Secret name'), false)
})
