import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { pino } from 'pino'
import { type App, createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { SecretBox } from '../../src/secret-box.ts'
import { createWorkspace } from '../../src/services/workspaces.ts'
import type { DatabaseUnderTest } from '../../src/store/conformance.ts'
import { Signer } from '../../src/store/signer.ts'

export const SECRET = 'a secret for servers under test, 32 characters'

export interface Answer {
  status: number
  headers: Readonly<Record<string, unknown>>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

/** A server of the suite, called without a network. */
export interface TestServer {
  app: App
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    options?: CallOptions,
  ): Promise<Answer>
}

export interface CallOptions {
  key?: string
  idempotencyKey?: string
}

/** Starts a server on a database, with a first workspace when it has none of this suite's. */
export async function startTestServer(database: DatabaseUnderTest, key: () => string): Promise<TestServer> {
  const box = new SecretBox(SECRET)
  const store = await database.open({ signer: new Signer(box) })
  const config = readConfig({ MODEI_SECRET_KEY: SECRET, MODEI_PUBLIC_RATE_LIMIT: '0' })
  const app = createApp({ store, box, config, logger: pino({ level: 'silent' }) })
  return {
    app,
    async call(method, path, body, options = {}) {
      const answer = await app.http.inject({
        method,
        url: path,
        headers: {
          authorization: `Bearer ${options.key ?? key()}`,
          ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
        },
        ...(body === undefined ? {} : { payload: body }),
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body === '' ? undefined : answer.json(),
      }
    },
  }
}

export async function firstKey({ app }: TestServer): Promise<string> {
  const { store, box } = app.services
  const made = await store.write((tx, now) => createWorkspace(tx, box, { name: 'own', mode: 'live' }, now))
  return made.api_key
}

/**
 * What users are promised of servers on one database: two where the engine allows it, else one.
 * @param create makes an empty database
 */
export function describeServers(name: string, create: () => Promise<DatabaseUnderTest>): void {
  describe(`servers on ${name}`, () => {
    let database: DatabaseUnderTest
    let one: TestServer
    let two: TestServer
    let key = ''
    let made = 0

    before(async () => {
      database = await create()
      one = await startTestServer(database, () => key)
      two = database.shared ? await startTestServer(database, () => key) : one
      key = await firstKey(one)
    })
    after(async () => {
      await one.app.close()
      await two.app.close()
      await database.remove()
    })

    const turn = (i: number) => (i % 2 === 0 ? one : two)

    async function passport(constraints: object): Promise<{ passport_id: string; gate_id: string }> {
      made += 1
      const gate_id = `gate_servers-${made}`
      const gate = await one.call('POST', '/api/gates', { name: 'gate', gate_id })
      assert.equal(gate.status, 201, JSON.stringify(gate.body))
      const issued = await two.call('POST', `/api/gates/${gate_id}/passports`, {
        agent_id: 'agent_1',
        permissions: ['flights:book'],
        constraints,
      })
      assert.equal(issued.status, 201, JSON.stringify(issued.body))
      return { gate_id, passport_id: issued.body.passport_id }
    }

    const book = (passport_id: string, cost_cents = 100) => ({
      passport_id,
      action: 'flights:book',
      cost_cents,
    })

    function decisions(answers: readonly Answer[]): Record<string, number> {
      const counts: Record<string, number> = {}
      for (const { status, body } of answers) {
        assert.equal(status, 200, JSON.stringify(body))
        counts[body.decision] = (counts[body.decision] ?? 0) + 1
      }
      return counts
    }

    function many(count: number, call: (i: number) => Promise<Answer>): Promise<Answer[]> {
      return Promise.all(Array.from({ length: count }, (_, i) => call(i)))
    }

    async function assertVerified(gateId: string, count: number): Promise<void> {
      const { body } = await two.call('GET', `/api/gates/${gateId}/attestations?limit=1000`)
      assert.equal(body.length, count)
      const indexes = body.map(({ chain_index }: { chain_index: number }) => chain_index)
      assert.deepEqual(
        indexes,
        Array.from({ length: count }, (_, i) => count - i),
      )
      for (const { attestation_id } of [body.at(0), body.at(Math.floor(count / 2)), body.at(-1)]) {
        const verified = await one.call('POST', `/api/attestations/${attestation_id}/verify`)
        assert.deepEqual([verified.body.valid, verified.body.reason], [true, null])
      }
    }

    test('200 parallel requests of 100 cents on a budget of 1,000 permit exactly 10', async () => {
      const { passport_id, gate_id } = await passport({ 'core:cost:max_cumulative': 1000 })
      const answers = await many(200, (i) => turn(i).call('POST', '/api/enforce', book(passport_id)))
      assert.deepEqual(decisions(answers), { PERMIT: 10, BLOCK: 190 })
      await assertVerified(gate_id, 200)
    })

    test('100 parallel requests on a rate of 7 a minute permit exactly 7', async () => {
      const { passport_id } = await passport({ 'core:rate:max_per_minute': 7 })
      const answers = await many(100, (i) => turn(i).call('POST', '/api/enforce', book(passport_id)))
      assert.deepEqual(decisions(answers), { PERMIT: 7, BLOCK: 93 })
    })

    test('a passport revoked at one server is refused by the other’s very next decision', async () => {
      const { passport_id, gate_id } = await passport({})
      assert.deepEqual(decisions([await two.call('POST', '/api/enforce', book(passport_id))]), { PERMIT: 1 })
      await one.call('DELETE', `/api/gates/${gate_id}/passports/${passport_id}`)
      const { body } = await two.call('POST', '/api/enforce', book(passport_id))
      assert.deepEqual([body.decision, body.blocked_by], ['BLOCK', 'passport_revoked'])
      const check = await two.call('POST', `/api/gates/${gate_id}/check`, {
        passport_id,
        action: 'flights:book',
      })
      assert.deepEqual([check.body.allowed, check.body.reason_code], [false, 'passport_revoked'])
    })

    test('constraints set at one server hold on the other’s very next decision', async () => {
      const { passport_id } = await passport({})
      await two.call('POST', '/api/enforce', book(passport_id))
      const set = await one.call('PUT', `/api/passports/${passport_id}/constraints`, {
        'core:cost:max_per_action': 99,
      })
      assert.equal(set.status, 200)
      const { body } = await two.call('POST', '/api/enforce', book(passport_id))
      assert.equal(body.blocked_by, 'core:cost:max_per_action')
    })

    test('an API key removed at one server is refused by the other’s very next request', async () => {
      const { passport_id } = await passport({})
      const created = await one.call('POST', '/api/users/api-keys', { name: 'short-lived' })
      const options = { key: String(created.body.key) }
      assert.equal((await two.call('POST', '/api/enforce', book(passport_id), options)).status, 200)
      await one.call('DELETE', `/api/users/api-keys/${created.body.id}`)
      assert.equal((await two.call('POST', '/api/enforce', book(passport_id), options)).status, 401)
    })

    test('repeats of one request at both servers are one decision: the others replay it or are told to wait', async () => {
      const { passport_id, gate_id } = await passport({ 'core:cost:max_cumulative': 1000 })
      const answers = await many(30, (i) =>
        turn(i).call('POST', '/api/enforce', book(passport_id), { idempotencyKey: 'once' }),
      )
      const ids = answers.filter(({ status }) => status === 200).map(({ body }) => body.attestation_id)
      assert.equal(new Set(ids).size, 1)
      for (const { status, body } of answers) {
        if (status !== 200) assert.deepEqual([status, body.code], [409, 'idempotency_in_flight'])
      }
      const other = await two.call('POST', '/api/enforce', book(passport_id, 1), { idempotencyKey: 'once' })
      assert.deepEqual([other.status, other.body.code], [422, 'idempotency_conflict'])
      await assertVerified(gate_id, 1)
    })

    test('a hold that is approved at one server permits once, whichever server is asked', async () => {
      const { passport_id } = await passport({ 'core:approval:required': true })
      const held = await one.call('POST', '/api/enforce', book(passport_id))
      assert.equal(held.body.decision, 'SUSPEND')
      const id = held.body.approval_request_id
      const approved = await two.call('POST', `/api/approvals/${id}/approve`, {})
      assert.equal(approved.status, 200, JSON.stringify(approved.body))
      const answers = await many(10, (i) =>
        turn(i).call('POST', '/api/enforce', { ...book(passport_id), approval_request_id: id }),
      )
      assert.equal(decisions(answers).PERMIT, 1)
    })

    test('of two servers asked for one gate id, one makes it and the other says that it is taken', async () => {
      for (let round = 0; round < 5; round += 1) {
        const answers = await many(2, (i) =>
          turn(i).call('POST', '/api/gates', { name: 'raced', gate_id: `gate_raced-${round}` }),
        )
        assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409])
      }
    })

    test('passports issued at both servers at once are all issued', async () => {
      const { gate_id } = await passport({})
      const answers = await many(40, (i) =>
        turn(i).call('POST', `/api/gates/${gate_id}/passports`, {
          agent_id: `agent_${i}`,
          permissions: ['read'],
        }),
      )
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
      assert.equal(new Set(answers.map(({ body }) => body.passport_id)).size, 40)
    })

    test('a compromised key’s passports are refused by the other server’s very next decision', async () => {
      const { passport_id, gate_id } = await passport({})
      const rotated = await one.call('POST', `/api/gates/${gate_id}/keys/rotate`, { compromised: true })
      assert.equal(rotated.status, 200, JSON.stringify(rotated.body))
      const { body } = await two.call('POST', '/api/enforce', book(passport_id))
      assert.deepEqual([body.decision, body.blocked_by], ['BLOCK', 'signing_key_compromised'])
    })
  })
}
