import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sweep } from '../../src/jobs/sweep.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import {
  assertion,
  delegate,
  type HeldPassport,
  heldFromAnswer,
  inline,
  makeAgent,
  revocation,
  selfIssue,
} from '../agents.ts'
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

async function openGate(gate_id: string): Promise<void> {
  const made = await one.call('POST', '/api/gates', { name: 'n', gate_id, allow_self_issued: true })
  assert.equal(made.status, 201, JSON.stringify(made.body))
}

/** The same call to each server in turn, all at once. */
function race(times: number, call: (server: typeof one) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, (_, i) => call(i % 2 === 0 ? one : two)))
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort((a, b) => a - b)

function acting(held: HeldPassport, gate_id: string, cost_cents?: number) {
  const said = { gate_id, action: 'buy', ...(cost_cents === undefined ? {} : { cost_cents }) }
  const proof = assertion(held, said)
  return {
    passport: inline(held),
    assertion: proof,
    action: 'buy',
    ...(cost_cents === undefined ? {} : { cost_cents }),
  }
}

describe('passports on PostgreSQL, two servers', () => {
  test('one registration of many at once counts, and the others find it done', async () => {
    const held = selfIssue()
    const answers = await race(12, (server) => server.call('POST', '/api/passports/register', inline(held)))
    assert.deepEqual(answers.map(({ body }) => body.status).sort(), [
      'active',
      ...Array<string>(11).fill('idempotent'),
    ])
    const id = 'c'.repeat(32)
    const rivals = [selfIssue(makeAgent(), { id }), selfIssue(makeAgent(), { id })]
    const contested = await Promise.all(
      rivals.map((rival, i) => (servers[i] ?? one).call('POST', '/api/passports/register', inline(rival))),
    )
    assert.deepEqual(statuses(contested), [200, 409])
  })

  test('a nonce counts once over both servers, for a revocation and for an action', async () => {
    await openGate('gate_nonce')
    const held = selfIssue()
    await one.call('POST', '/api/passports/register', inline(held))
    const action = acting(held, 'gate_nonce')
    const acted = await race(20, (server) => server.call('POST', '/api/enforce', action))
    assert.equal(acted.filter(({ body }) => body.decision === 'PERMIT').length, 1)
    const said = revocation(held.agent, held.id)
    const revoked = await race(20, (server) => server.call('POST', `/api/passports/${held.id}/revoke`, said))
    assert.deepEqual(statuses(revoked), [200, ...Array<number>(19).fill(409)])
    assert.ok(revoked.every(({ status, body }) => status === 200 || body.code === 'nonce_already_used'))
  })

  test('what one server was told of a revocation, a compromise or a revoked issuer, the other knows at its next decision', async () => {
    await openGate('gate_known')
    const reason = async (server: typeof one, passport_id: string) =>
      (await server.call('POST', '/api/gates/gate_known/check', { passport_id, action: 'buy' })).body
        .reason_code
    const grant = { agent_id: 'a', permissions: ['buy'], delegation_authority: true }
    const issuer_id = (await one.call('POST', '/api/issuers', { name: 'n' })).body.issuer_id
    const platform = (await two.call('POST', '/api/passports', { issuer_id, ...grant })).body.passport_id
    const gates = (await two.call('POST', '/api/gates/gate_known/passports', grant)).body
    const root = selfIssue()
    const leaf = delegate(root)
    await two.call('POST', '/api/passports/register', inline(leaf))
    for (const server of servers) {
      for (const id of [platform, gates.passport_id, leaf.id]) assert.equal(await reason(server, id), null)
    }
    await one.call('POST', `/api/passports/${root.id}/revoke`, {
      ...revocation(root.agent, root.id),
      passport: inline(root),
    })
    assert.equal(await reason(two, leaf.id), 'passport_revoked')
    await two.call('DELETE', `/api/issuers/${issuer_id}`)
    assert.equal(await reason(one, platform), 'issuer_revoked')
    await one.call('POST', '/api/gates/gate_known/keys/rotate', { compromised: true })
    assert.equal(await reason(two, gates.passport_id), 'signing_key_compromised')
    const below = await two.call(
      'POST',
      '/api/enforce',
      acting(delegate(heldFromAnswer(gates)), 'gate_known'),
    )
    assert.equal(below.body.reason, 'signing_key_compromised')
  })

  test('ten children spend their root’s budget over both servers and not a cent more', async () => {
    await openGate('gate_budget')
    const root = selfIssue(makeAgent(), { constraints: { max_total_cost: 1000 } })
    const children = Array.from({ length: 10 }, () => delegate(root))
    const answers = await Promise.all(
      [...children, ...children, ...children].map((child, i) =>
        (servers[i % 2] ?? one).call('POST', '/api/enforce', acting(child, 'gate_budget', 100)),
      ),
    )
    assert.deepEqual(answers.map(({ body }) => body.decision).sort(), [
      ...Array<string>(20).fill('BLOCK'),
      ...Array<string>(10).fill('PERMIT'),
    ])
  })

  test('a limit that is met only later counts what both servers permitted before', async () => {
    await openGate('gate_later')
    const root = selfIssue(makeAgent(), {
      permissions: [
        { permission_key: 'buy', constraints: { 'core:rate:max_per_minute': 3 } },
        { permission_key: 'read', constraints: {} },
      ],
    })
    const child = delegate(root)
    const read = (server: typeof one, held: HeldPassport) => {
      const proof = assertion(held, { gate_id: 'gate_later', action: 'read' })
      return server.call('POST', '/api/enforce', { passport: inline(held), assertion: proof, action: 'read' })
    }
    for (const answer of [await read(one, root), await read(two, child)]) {
      assert.equal(answer.body.decision, 'PERMIT', JSON.stringify(answer.body))
    }
    assert.equal(
      (await two.call('POST', '/api/enforce', acting(child, 'gate_later'))).body.decision,
      'PERMIT',
    )
    for (const held of [root, child]) {
      const over = await one.call('POST', '/api/enforce', acting(held, 'gate_later'))
      assert.equal(over.body.blocked_by, 'core:rate:max_per_minute')
    }
  })

  test('rotations and sweeps on both servers leave one active key and lose no decision', async () => {
    await openGate('gate_rotate')
    const held = selfIssue()
    const [rotated, decided] = await Promise.all([
      race(4, (server) => server.call('POST', '/api/gates/gate_rotate/keys/rotate', {})),
      race(20, async (server) => {
        await sweep(server.app.services.store)
        return server.call('POST', '/api/enforce', acting(held, 'gate_rotate'))
      }),
    ])
    assert.deepEqual(statuses(rotated), [200, 200, 200, 200])
    assert.ok(decided.every(({ body }) => body.decision === 'PERMIT'))
    const keys = (await one.call('GET', '/api/gates/gate_rotate/public')).body.signing_keys
    assert.equal(keys.length, 5)
    assert.equal(keys.filter((own: { status: string }) => own.status === 'active').length, 1)
    for (const { body } of decided) {
      const path = `/api/enforcement/${body.attestation_id}/verify`
      assert.equal((await two.call('POST', path)).body.valid, true)
    }
  })
})
