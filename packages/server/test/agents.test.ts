import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertion, delegate, heldFromAnswer, inline, makeAgent, selfIssue } from './agents.ts'
import { assertForeignIsUnknown, assertNeedsScope, assertRefused } from './answers.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { enforceWith, issue, openGate } from './shop.ts'

const NOON = Date.UTC(2027, 0, 15, 12)

function beat(server: Harness, agent: string, passport_id: string, more: object = {}): Promise<Answer> {
  const path = `/api/agents/${encodeURIComponent(agent)}/heartbeat`
  return server.request('POST', path, { passport_id, ...more })
}

async function agents(server: Harness, key?: string) {
  const answer = await server.request('GET', '/api/agents', undefined, key === undefined ? {} : { key })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

test('an agent is listed with its passports, its last sign of life and what it spent', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  const first = await issue(server, ['buy'], { agent_id: 'team/bot@1', agent_name: 'Bot', expires_in: '30d' })
  server.clock.at += 1000
  const second = await issue(server, ['buy'], { agent_id: 'team/bot@1', expires_in: '1h' })
  assert.deepEqual(await agents(server), [
    {
      agent_id: 'team/bot@1',
      agent_name: 'Bot',
      passports: [
        {
          passport_id: second.passport_id,
          gate_id: 'gate_shop',
          status: 'active',
          expires_at: second.expires_at,
        },
        {
          passport_id: first.passport_id,
          gate_id: 'gate_shop',
          status: 'active',
          expires_at: first.expires_at,
        },
      ],
      last_seen_at: null,
      sdk: null,
      sdk_version: null,
      runtime: null,
      env: null,
      started_at: null,
      spend_cents: 0,
    },
  ])
  await enforceWith(server, first.passport_id, 'buy', 70)
  server.clock.at += 1000
  await enforceWith(server, second.passport_id, 'buy', 7)
  await enforceWith(server, second.passport_id, 'sell', 1000)
  const [acted] = await agents(server)
  assert.deepEqual([acted.last_seen_at, acted.spend_cents], ['2027-01-15T12:00:02.000Z', 77])
  server.clock.at += 5000
  const said = {
    sdk: 'modei',
    sdk_version: '1.2.3',
    runtime: 'node 24',
    env: 'prod',
    started_at: '2027-01-15T13:00:00+02:00',
  }
  const answer = await beat(server, 'team/bot@1', first.passport_id, said)
  assert.deepEqual(answer.body, { ok: true, last_seen_at: '2027-01-15T12:00:07.000Z' })
  const [alive] = await agents(server)
  assert.deepEqual(
    [alive.last_seen_at, alive.sdk, alive.sdk_version, alive.runtime, alive.env, alive.started_at],
    ['2027-01-15T12:00:07.000Z', 'modei', '1.2.3', 'node 24', 'prod', '2027-01-15T11:00:00.000Z'],
  )
  await server.request('DELETE', `/api/gates/gate_shop/passports/${first.passport_id}`)
  server.clock.at += 3_600_000
  const [later] = await agents(server)
  assert.deepEqual(
    later.passports.map(({ status }: { status: string }) => status),
    ['expired', 'revoked'],
  )
})

test('what a reissued passport spent is counted once', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  await enforceWith(server, passport_id, 'buy', 30)
  const reissued = await server.request('POST', `/api/passports/${passport_id}/reissue`, {})
  assert.ok([200, 201].includes(reissued.status), reissued.text)
  await enforceWith(server, reissued.body.passport_id, 'buy', 12)
  const [agent] = await agents(server)
  assert.deepEqual([agent.spend_cents, agent.passports.length], [42, 2])
})

test('a self-issued agent is listed in the workspaces in which it acted', async (t) => {
  const server = await startServer(t)
  const held = selfIssue(makeAgent(), { name: 'Walker' })
  await server.request('POST', '/api/passports/register', inline(held), { key: null })
  assert.deepEqual(await agents(server), [])
  await enforceWith(server, held.id, 'buy', 9)
  const [agent] = await agents(server)
  assert.equal(agent.agent_id, held.envelope.identity.agent_id)
  assert.deepEqual([agent.agent_name, agent.spend_cents], ['Walker', 9])
  assert.deepEqual(agent.passports[0].gate_id, held.envelope.provenance.issuer.id)
  assert.deepEqual(await agents(server, server.keys.other), [])
  const alive = await beat(server, held.envelope.identity.agent_id, held.id)
  assert.equal(alive.status, 200, alive.text)
})

test('an agent that is known by a heartbeat alone is listed too', async (t) => {
  const server = await startServer(t)
  const held = selfIssue()
  const used = await server.request('POST', '/api/enforce', {
    passport: inline(held),
    assertion: assertion(held, { gate_id: null, action: 'buy' }),
    action: 'buy',
  })
  assert.equal(used.body.decision, 'PERMIT', used.text)
  assert.deepEqual(await agents(server), [])
  assert.equal((await beat(server, held.envelope.identity.agent_id, held.id)).status, 200)
  const [agent] = await agents(server)
  assert.deepEqual([agent.agent_id, agent.passports], [held.envelope.identity.agent_id, []])
})

test('a child that acts is no sign of life of its parent', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const parent = heldFromAnswer(await issue(server, ['buy'], { delegation_authority: true }))
  const child = delegate(parent)
  await server.request('POST', '/api/passports/register', inline(child), { key: null })
  await enforceWith(server, child.id, 'buy', 5)
  const own = (await agents(server)).find(({ agent_id }: { agent_id: string }) => agent_id === 'agent-1')
  assert.deepEqual([own.last_seen_at, own.spend_cents], [null, 5])
})

test('an agent speaks for itself only, with a passport that is known', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], { agent_id: 'one' })
  assert.equal((await beat(server, 'one', 'pp_000000000000000000000000')).status, 404)
  const other = await beat(server, 'two', passport_id)
  assert.deepEqual([other.status, other.body.errors[0].pointer], [422, '/body/passport_id'])
  await assertForeignIsUnknown(
    server,
    { real: passport_id, unknown: 'pp_000000000000000000000000' },
    (id) => ['POST', '/api/agents/one/heartbeat', { passport_id: id }],
  )
  await assertRefused(
    server,
    ['POST', '/api/agents/one/heartbeat'],
    [
      ['/body/passport_id', {}],
      ['/body/passport_id', { passport_id: '..' }],
      ['/body/sdk', { passport_id, sdk: 7 }],
      ['/body/env', { passport_id, env: 'x'.repeat(101) }],
      ['/body/started_at', { passport_id, started_at: '2027-02-30T00:00:00Z' }],
      ['/body/alive', { passport_id, alive: true }],
    ],
  )
  assert.equal((await beat(server, '../x', passport_id)).status, 422)
  assert.equal((await agents(server))[0].last_seen_at, null)
})

test('agents need their scopes', async (t) => {
  const server = await startServer(t)
  await assertNeedsScope(server, 'passports:read', ['GET', '/api/agents'])
  const body = { passport_id: 'pp_000000000000000000000000' }
  await assertNeedsScope(server, 'enforcement:write', ['POST', '/api/agents/one/heartbeat', body])
})

test('parallel heartbeats leave one agent', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], { agent_id: 'one' })
  const answers = await Promise.all(Array.from({ length: 30 }, () => beat(server, 'one', passport_id)))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.equal((await agents(server)).length, 1)
})

test('agents are paged without a gap or a repeat while passports are issued to them', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  for (let i = 0; i < 23; i += 1) {
    if (i % 4 === 0) server.clock.at += 1
    await issue(server, ['buy'], { agent_id: `agent-${i}` })
  }
  const whole = (await agents(server)).map(({ agent_id }: { agent_id: string }) => agent_id)
  const seen: string[] = []
  let path: string | undefined = '/api/agents?limit=5'
  while (path !== undefined) {
    const page: Answer = await server.request('GET', path)
    seen.push(...page.body.map(({ agent_id }: { agent_id: string }) => agent_id))
    path = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    server.clock.at += 1
    await issue(server, ['buy'], { agent_id: 'agent-0' })
    await issue(server, ['buy'], { agent_id: `late-${seen.length}` })
  }
  assert.deepEqual(seen, whole)
  assert.equal((await server.request('GET', '/api/agents?cursor=x')).status, 422)
})
