import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sealChains } from '../../src/services/seal-chains.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from './postgres-server.ts'
import { type Answer, firstKey, startTestServer } from './servers.ts'

const postgres = await startPostgres()
const url = await postgres.createDatabase()
const database = {
  shared: true,
  open: (options: Parameters<typeof openPostgresStore>[1]) => openPostgresStore(url, options),
  remove: () => postgres.dropDatabase(url),
}
let key = ''
const one = await startTestServer(database, () => key)
const two = await startTestServer(database, () => key)
key = await firstKey(one)
const servers = [one, two]

after(async () => {
  await one.app.close()
  await two.app.close()
  await postgres.stop()
})

/** The same call to each server in turn, all at once. */
function race(times: number, call: (server: typeof one) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, (_, i) => call(i % 2 === 0 ? one : two)))
}

async function setUp(gate_id: string, constraints: object = {}): Promise<string> {
  const made = await one.call('POST', '/api/gates', { name: 'n', gate_id })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const issued = await one.call('POST', `/api/gates/${gate_id}/passports`, {
    agent_id: `agent-of-${gate_id}`,
    permissions: ['buy', 'read'],
    constraints,
  })
  assert.equal(issued.status, 201, JSON.stringify(issued.body))
  return issued.body.passport_id
}

describe('holds, rates and the log on PostgreSQL, two servers', () => {
  test('one approval permits one execution, whichever server is asked', async () => {
    const passport_id = await setUp('gate_hold', { 'core:approval:for_actions': ['buy'] })
    const request = { passport_id, action: 'buy', cost_cents: 10 }
    const held = (await one.call('POST', '/api/enforce', request)).body.approval_request_id
    const resolved = await race(10, (server) => server.call('POST', `/api/approvals/${held}/approve`, {}))
    assert.equal(resolved.filter(({ status }) => status === 200).length, 1)
    assert.equal(resolved.filter(({ status }) => status === 409).length, 9)
    const listed = await two.call('GET', '/api/approvals?status=approved')
    assert.deepEqual(
      listed.body.map(({ id }: { id: string }) => id),
      [held],
    )
    const executed = await race(30, (server) =>
      server.call('POST', '/api/enforce', { ...request, approval_request_id: held }),
    )
    assert.equal(executed.filter(({ body }) => body.decision === 'PERMIT').length, 1)
    assert.equal(executed.filter(({ body }) => body.reason === 'approval_used').length, 29)
  })

  test('an address has one rate over all servers, and its refusals are recorded once', async () => {
    await setUp('gate_open')
    const policy = { enabled: true, allowed_actions: ['*:look', 'read'], rate_limit_per_minute: 7 }
    await one.call('PUT', '/api/gates/gate_open/anonymous-policy', policy)
    const asked = await race(40, (server) =>
      server.call('POST', '/api/gates/gate_open/check', { action: 'read' }),
    )
    assert.equal(asked.filter(({ body }) => body.allowed).length, 7)
    const refused = asked.filter(({ body }) => body.reason_code === 'anonymous_rate_limited')
    assert.equal(refused.length, 33)
    assert.equal(refused.filter(({ body }) => body.attestation_id !== null).length, 1)
    for (const { app } of servers) await app.services.anonymous.flush()
    const log = await two.call('GET', '/api/gates/gate_open/anonymous-log')
    assert.equal(log.body.length, 8)
    assert.equal(log.body[0].count, 33)
  })

  test('a dry run foretells the decision, and state and resets are one for all servers', async () => {
    const passport_id = await setUp('gate_state', {
      'core:cost:max_cumulative': 100,
      'core:cost:cumulative_window': '30d',
    })
    const dry = (cost_cents: number) =>
      two.call('POST', '/api/authorize/dry-run', {
        gate_id: 'gate_state',
        passport: { passport_id },
        requested_permission: 'buy',
        requested_constraints: { 'core:rate:max_per_hour': 3 },
        cost_cents,
      })
    assert.equal((await dry(100)).body.allowed, true)
    await race(4, (server) =>
      server.call('POST', '/api/enforce', { passport_id, action: 'buy', cost_cents: 20 }),
    )
    assert.equal((await dry(10)).body.blocked_by, 'core:rate:max_per_hour')
    const state = await two.call('GET', `/api/passports/${passport_id}/state`)
    assert.deepEqual(
      [
        state.body.window_type,
        state.body.cost_cumulative_cents,
        state.body.action_counts,
        state.body.sequence_number,
      ],
      ['30d', 80, { buy: 4 }, 4],
    )
    const reset = await race(3, (server) =>
      server.call('POST', `/api/passports/${passport_id}/state/reset`, {}),
    )
    assert.ok(reset.every(({ status }) => status === 200))
    assert.equal((await one.call('GET', `/api/passports/${passport_id}/state`)).body.cost_cumulative_cents, 0)
  })

  test('templates of one slug are made once', async () => {
    const template = { slug: 'till', name: 'Till', constraints: { 'core:rate:max_per_hour': 3 } }
    const made = await race(10, (server) => server.call('POST', '/api/constraint-templates', template))
    assert.equal(made.filter(({ status }) => status === 201).length, 1)
    assert.equal(made.filter(({ status }) => status === 409).length, 9)
    const listed = await two.call('GET', '/api/constraint-templates?limit=2')
    assert.deepEqual(
      listed.body.map(({ slug }: { slug: string }) => slug),
      ['till', 'conservative-agent'],
    )
  })

  test('the whole log is listed, exported and sealed alike by both', async () => {
    const passport_id = await setUp('gate_log')
    await race(40, (server) => server.call('POST', '/api/enforce', { passport_id, action: 'read' }))
    const listed = await one.call('GET', '/api/attestations?gate_id=gate_log&limit=1000')
    assert.equal(listed.body.length, 40)
    let cursor: string | undefined
    const paged: string[] = []
    do {
      const path = `/api/attestations?gate_id=gate_log&limit=7${cursor === undefined ? '' : `&cursor=${cursor}`}`
      const page = await two.call('GET', path)
      paged.push(...page.body.map(({ id }: { id: string }) => id))
      cursor = /cursor=([^&>]+)/.exec(String(page.headers.link ?? ''))?.[1]
    } while (cursor !== undefined)
    assert.deepEqual(
      paged,
      listed.body.map(({ id }: { id: string }) => id),
    )
    const exported = await two.app.http.inject({
      url: '/api/attestations/export?gate_id=gate_log',
      headers: { authorization: `Bearer ${key}` },
    })
    assert.equal(exported.payload.trimEnd().split('\n').length, 40)
    await Promise.all(servers.map(({ app }) => sealChains(app.services)))
    const sealed = await race(10, (server) => server.call('GET', '/api/gates/gate_log/checkpoint'))
    assert.equal(new Set(sealed.map(({ body }) => JSON.stringify(body))).size, 1)
    assert.equal(sealed[0]?.body.chain_index, 40)
  })

  test('agents are listed with what they did on either server, and heartbeats leave one of each', async () => {
    const passport_id = await setUp('gate_agent')
    await one.call('POST', '/api/enforce', { passport_id, action: 'buy', cost_cents: 5 })
    await two.call('POST', '/api/enforce', { passport_id, action: 'buy', cost_cents: 6 })
    const path = '/api/agents/agent-of-gate_agent/heartbeat'
    const beats = await race(10, (server) => server.call('POST', path, { passport_id, sdk: 'modei' }))
    assert.ok(beats.every(({ status }) => status === 200))
    const listed = await one.call('GET', '/api/agents?limit=1')
    assert.deepEqual(
      listed.body.map((agent: Record<string, unknown>) => [agent.agent_id, agent.spend_cents, agent.sdk]),
      [['agent-of-gate_agent', 11, 'modei']],
    )
    await one.call('POST', '/api/supervision/heartbeat', {})
  })
})
