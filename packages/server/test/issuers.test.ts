import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeAgent } from './agents.ts'
import { masked, startServer } from './harness.ts'

const UNKNOWN = 'iss_000000000000000000000000'

test('an issuer gets a key pair of its own, or keeps the one that it has', async (t) => {
  const server = await startServer(t)
  const own = await server.request('POST', '/api/issuers', {
    name: 'Acme',
    domain: 'acme.example',
    description: 'travel',
  })
  assert.equal(own.status, 201, own.text)
  const { issuer_id, public_key, signing_key_id, created_at, ...rest } = own.body
  assert.match(issuer_id, /^iss_/)
  assert.match(signing_key_id, /^sk_/)
  assert.equal(Buffer.from(public_key, 'base64').length, 32)
  assert.deepEqual(rest, {
    name: 'Acme',
    domain: 'acme.example',
    description: 'travel',
    key_custody: 'server',
    revoked_at: null,
  })
  const agent = makeAgent()
  const external = await server.request('POST', '/api/issuers', {
    name: 'Elsewhere',
    public_key: `ed25519:${agent.public_key}`,
  })
  assert.equal(external.status, 201, external.text)
  assert.equal(external.body.public_key, agent.public_key)
  assert.equal(external.body.key_custody, 'external')
  assert.equal(external.body.domain, null)
})

test('an issuer is read, listed newest first and page by page, and changed field by field', async (t) => {
  const server = await startServer(t)
  const made: string[] = []
  for (const name of ['one', 'two', 'three']) {
    made.push((await server.request('POST', '/api/issuers', { name, description: 'd' })).body.issuer_id)
  }
  const [one = '', two, three] = made
  assert.equal((await server.request('GET', `/api/issuers/${one}`)).body.name, 'one')
  const all = await server.request('GET', '/api/issuers')
  assert.deepEqual(
    all.body.map((issuer: { issuer_id: string }) => issuer.issuer_id),
    [three, two, one],
  )
  const page = await server.request('GET', '/api/issuers?limit=2')
  assert.equal(page.body.length, 2)
  const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? ''
  assert.deepEqual(
    (await server.request('GET', next)).body.map((issuer: { issuer_id: string }) => issuer.issuer_id),
    [one],
  )
  const changed = await server.request('PATCH', `/api/issuers/${one}`, {
    name: 'first',
    domain: 'first.example',
  })
  assert.equal(changed.body.name, 'first')
  assert.equal(changed.body.description, 'd')
  const cleared = await server.request('PATCH', `/api/issuers/${one}`, { description: null })
  assert.equal(cleared.body.description, null)
  assert.equal(cleared.body.domain, 'first.example')
  const empty = await server.request('PATCH', `/api/issuers/${one}`, {})
  assert.equal(empty.status, 200)
  assert.deepEqual(empty.body, cleared.body)
})

test('fields of a wrong type, unknown ones and keys that prove nothing are refused and named', async (t) => {
  const server = await startServer(t)
  const smallOrder = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString('base64')
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['no name', {}, '/body/name'],
    ['an empty name', { name: '' }, '/body/name'],
    ['a name that is a number', { name: 7 }, '/body/name'],
    ['a domain with a scheme', { name: 'n', domain: 'https://acme.example' }, '/body/domain'],
    ['an unknown field', { name: 'n', pubic_key: 'x' }, '/body/pubic_key'],
    ['a key that is not base64', { name: 'n', public_key: '!' }, '/body/public_key'],
    [
      'a key of 31 bytes',
      { name: 'n', public_key: Buffer.alloc(31, 7).toString('base64') },
      '/body/public_key',
    ],
    ['a key under which any message verifies', { name: 'n', public_key: smallOrder }, '/body/public_key'],
    ['a list', [], '/body'],
  ]
  for (const [name, body, pointer] of cases) {
    const answer = await server.request('POST', '/api/issuers', body)
    assert.equal(answer.status, 422, `${name}: ${answer.text}`)
    assert.equal(answer.body.code, 'request_invalid', name)
    assert.deepEqual([answer.body.errors[0].pointer], [pointer], name)
  }
  assert.deepEqual((await server.request('GET', '/api/issuers')).body, [])
})

test('issuers need a key, and the scope of what is done', async (t) => {
  const server = await startServer(t)
  const { issuer_id: id } = (await server.request('POST', '/api/issuers', { name: 'n' })).body
  const reader = await server.keyWith('issuers:read')
  const issuing = await server.keyWith('passports:write')
  const calls = [
    ['POST', '/api/issuers', { name: 'm' }],
    ['PATCH', `/api/issuers/${id}`, { name: 'm' }],
    ['DELETE', `/api/issuers/${id}`],
    ['POST', `/api/issuers/${id}/keys/rotate`, {}],
  ] as const
  for (const [method, path, body] of calls) {
    const refused = await server.request(method, path, body, { key: reader })
    assert.equal(refused.status, 403, refused.text)
    assert.equal(refused.body.required_scope, 'issuers:write')
    assert.equal((await server.request(method, path, body, { key: null })).status, 401)
  }
  assert.equal((await server.request('GET', `/api/issuers/${id}`, undefined, { key: reader })).status, 200)
  const other = await server.request('GET', '/api/issuers', undefined, { key: issuing })
  assert.equal(other.body.required_scope, 'issuers:read')
})

test('another workspace’s issuer answers like one that never existed', async (t) => {
  const server = await startServer(t)
  const { issuer_id: id } = (await server.request('POST', '/api/issuers', { name: 'n' })).body
  const calls = [
    ['GET', ''],
    ['PATCH', '', { name: 'taken over' }],
    ['DELETE', ''],
    ['POST', '/keys/rotate', {}],
  ] as const
  for (const [method, suffix, body] of calls) {
    const options = { key: server.keys.other }
    const real = await server.request(method, `/api/issuers/${id}${suffix}`, body, options)
    const unknown = await server.request(method, `/api/issuers/${UNKNOWN}${suffix}`, body, options)
    assert.equal(real.status, 404, real.text)
    assert.equal(masked(real, id), masked(unknown, UNKNOWN))
  }
  const issue = { agent_id: 'a', permissions: ['buy'] }
  const options = { key: server.keys.other }
  const real = await server.request('POST', '/api/passports', { issuer_id: id, ...issue }, options)
  const unknown = await server.request('POST', '/api/passports', { issuer_id: UNKNOWN, ...issue }, options)
  assert.equal(real.status, 404)
  assert.equal(masked(real, id), masked(unknown, UNKNOWN))
  assert.deepEqual((await server.request('GET', '/api/issuers', undefined, options)).body, [])
  assert.equal((await server.request('GET', `/api/issuers/${id}`)).body.name, 'n')
})

test('revoking an issuer revokes every passport that it issued, on the very next decision', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const { issuer_id: id } = (await server.request('POST', '/api/issuers', { name: 'n' })).body
  const { issuer_id: spared } = (await server.request('POST', '/api/issuers', { name: 'm' })).body
  const grant = { agent_id: 'a', permissions: ['buy'] }
  const passport = (await server.request('POST', '/api/passports', { issuer_id: id, ...grant })).body
    .passport_id
  const others = (await server.request('POST', '/api/passports', { issuer_id: spared, ...grant })).body
    .passport_id
  const check = (passport_id: string) =>
    server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })
  assert.equal((await check(passport)).body.allowed, true)

  const revoked = await server.request('DELETE', `/api/issuers/${id}`)
  assert.equal(revoked.status, 200, revoked.text)
  assert.deepEqual(Object.keys(revoked.body).sort(), ['issuer_id', 'revoked', 'revoked_at'])
  assert.deepEqual((await server.request('DELETE', `/api/issuers/${id}`)).body, revoked.body)

  const denied = await check(passport)
  assert.equal(denied.body.allowed, false)
  assert.equal(denied.body.reason_code, 'issuer_revoked')
  const enforced = await server.request('POST', '/api/enforce', { passport_id: passport, action: 'buy' })
  assert.equal(enforced.body.decision, 'BLOCK')
  assert.equal(enforced.body.reason, 'issuer_revoked')
  assert.equal((await check(others)).body.allowed, true)

  assert.equal((await server.request('GET', `/api/passports/${passport}`)).body.status, 'revoked')
  assert.equal((await server.request('GET', `/api/issuers/${id}`)).body.revoked_at, revoked.body.revoked_at)
  const listed = (await server.request('GET', '/api/issuers')).body
  assert.deepEqual(
    listed.map((issuer: { issuer_id: string }) => issuer.issuer_id),
    [spared],
  )
  for (const [method, path, body] of [
    ['PATCH', `/api/issuers/${id}`, { name: 'again' }],
    ['POST', `/api/issuers/${id}/keys/rotate`, {}],
    ['POST', '/api/passports', { issuer_id: id, ...grant }],
  ] as const) {
    const refused = await server.request(method, path, body)
    assert.equal(refused.status, 409, refused.text)
    assert.equal(refused.body.code, 'conflict')
  }
})

test('a repeat under one idempotency key makes one issuer', async (t) => {
  const server = await startServer(t)
  const options = { headers: { 'idempotency-key': 'make-it-once' } }
  const first = await server.request('POST', '/api/issuers', { name: 'n' }, options)
  const again = await server.request('POST', '/api/issuers', { name: 'n' }, options)
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.equal((await server.request('GET', '/api/issuers')).body.length, 1)
})

test('an issuer’s old key verifies what it signed, unless it was compromised', async (t) => {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const made = (await server.request('POST', '/api/issuers', { name: 'n' })).body
  const id = made.issuer_id
  const issue = async () =>
    (await server.request('POST', '/api/passports', { issuer_id: id, agent_id: 'a', permissions: ['buy'] }))
      .body
  const reasonFor = async (passport_id: string) =>
    (await server.request('POST', '/api/gates/gate_shop/check', { passport_id, action: 'buy' })).body
      .reason_code
  const first = await issue()
  const rotated = await server.request('POST', `/api/issuers/${id}/keys/rotate`)
  assert.equal(rotated.status, 200, rotated.text)
  assert.equal(rotated.body.previous_key_id, made.signing_key_id)
  assert.equal(rotated.body.compromised, false)
  const second = await issue()
  assert.equal(second.signing_key_id, rotated.body.signing_key_id)
  assert.equal(second.public_key, rotated.body.public_key)
  assert.equal((await server.request('GET', `/api/issuers/${id}`)).body.public_key, rotated.body.public_key)
  assert.equal(await reasonFor(first.passport_id), null)

  await server.request('POST', `/api/issuers/${id}/keys/rotate`, { compromised: true })
  const third = await issue()
  assert.equal(await reasonFor(first.passport_id), null)
  assert.equal(await reasonFor(second.passport_id), 'signing_key_compromised')
  assert.equal(await reasonFor(third.passport_id), null)
  const { passport_json, signature } = second
  const verified = await server.request('POST', '/api/passports/verify', { passport_json, signature })
  assert.equal(verified.body.valid, false)
  assert.equal(verified.body.reason_code, 'signing_key_compromised')
})

test('the server cannot rotate a key that it does not hold', async (t) => {
  const server = await startServer(t)
  const { public_key } = makeAgent()
  const { issuer_id: id } = (await server.request('POST', '/api/issuers', { name: 'n', public_key })).body
  const refused = await server.request('POST', `/api/issuers/${id}/keys/rotate`, {})
  assert.equal(refused.status, 409)
  assert.equal(refused.body.code, 'issuer_key_external')
  assert.equal((await server.request('GET', `/api/issuers/${id}`)).body.public_key, public_key)
})
