import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { sql } from 'kysely'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from './postgres-server.ts'
import { firstKey, startTestServer } from './servers.ts'

const PRICE = 'core:pricing:per_call_cents'

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

after(async () => {
  await one.app.close()
  await two.app.close()
  await postgres.stop()
})

async function openGate(gate_id: string): Promise<string> {
  const made = await one.call('POST', '/api/gates', { name: 'Shop', gate_id, is_discoverable: true })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return `/api/gates/${gate_id}`
}

const priced = (...offers: readonly (readonly [string, number])[]) => ({
  permissions: offers.map(([permission_key, cents]) => ({ permission_key, constraints: { [PRICE]: cents } })),
})

async function publish(gate: string, draft: object, server = one, body: object = {}) {
  assert.equal((await server.call('POST', `${gate}/catalog`, draft)).status, 200)
  const published = await server.call('POST', `${gate}/catalog/publish`, body)
  assert.equal(published.status, 201, JSON.stringify(published.body))
  return published.body
}

async function issue(gate: string, permissions: string[], server = two): Promise<string> {
  const issued = await server.call('POST', `${gate}/passports`, { agent_id: 'a', permissions })
  assert.equal(issued.status, 201, JSON.stringify(issued.body))
  return issued.body.passport_id
}

describe('catalogs on PostgreSQL, two servers', () => {
  test('what one server published judges the very next decision of the other', async () => {
    const gate = await openGate('gate_next')
    const passport_id = await issue(gate, ['a', 'b'])
    const check = async (server: typeof one, action: string) =>
      (await server.call('POST', `${gate}/check`, { passport_id, action })).body.reason_code
    for (const server of [one, two]) assert.equal(await check(server, 'a'), null)
    for (let round = 0; round < 6; round += 1) {
      const [offered, withheld] = round % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)
      await publish(gate, priced([offered, round]), round % 3 === 0 ? one : two)
      for (const server of [one, two]) {
        assert.equal(await check(server, offered), null)
        assert.equal(await check(server, withheld), 'permission_not_in_catalog')
      }
    }
  })

  test('publishes of one draft at both servers at once make one version', async () => {
    const gate = await openGate('gate_once')
    await one.call('POST', `${gate}/catalog`, priced(['a', 1]))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : two).call('POST', `${gate}/catalog/publish`, {}),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 201).length, 1)
    for (const { status, body } of answers.filter((answer) => answer.status !== 201)) {
      assert.deepEqual([status, body.code], [409, 'nothing_to_publish'])
    }
  })

  test('a passport keeps its pinned price, and a reissue at the other server carries its counters over', async () => {
    const gate = await openGate('gate_price')
    await publish(gate, priced(['buy', 25]))
    const passport_id = await issue(gate, ['buy'])
    await publish(gate, priced(['buy', 30]), two)
    const limited = { 'core:cost:max_cumulative': 100 }
    assert.equal((await one.call('PUT', `/api/passports/${passport_id}/constraints`, limited)).status, 200)
    const spend = async (id: string) =>
      (await two.call('POST', '/api/enforce', { passport_id: id, action: 'buy' })).body
    assert.equal((await spend(passport_id)).cumulative_cost, 25)
    const refused = await one.call('POST', `/api/passports/${passport_id}/reissue`, {})
    assert.equal(refused.body.code, 'terms_changed')
    const next = await one.call('POST', `/api/passports/${passport_id}/reissue`, {
      accept_catalog_version: 2,
    })
    assert.equal(next.status, 201, JSON.stringify(next.body))
    assert.equal((await spend(next.body.passport_id)).cumulative_cost, 55)
    assert.equal((await spend(next.body.passport_id)).cumulative_cost, 85)
    assert.equal((await spend(next.body.passport_id)).blocked_by, 'core:cost:max_cumulative')
    assert.equal((await spend(passport_id)).reason, 'passport_revoked')
  })

  test('versions are listed, read and discovered alike on both servers', async () => {
    const gate = await openGate('gate_found')
    await publish(gate, priced(['seats:b', 5], ['seats:a', 7], ['seats_:a', 1], ['Seats:a', 1]))
    await publish(gate, priced(['seats:b', 5], ['seats:a', 7], ['Seats:a', 1]), two, {
      effective_at: '2999-01-01T00:00:00Z',
    })
    for (const path of [
      `${gate}/catalog`,
      `${gate}/catalog/versions`,
      `${gate}/catalog/2`,
      `${gate}/catalog/impact`,
      gate,
      '/api/discover?capability=seats:*&sort=price_desc&min_uptime_bp=0',
      '/api/discover?capability=seats:*&sort=price_asc',
    ]) {
      const answer = await one.call('GET', path)
      assert.equal(answer.status, 200, `${path} ${JSON.stringify(answer.body)}`)
      assert.deepEqual((await two.call('GET', path)).body, answer.body)
    }
    const { body } = await two.call(
      'GET',
      '/api/discover?capability=seats:*&sort=price_asc&max_price_cents=7',
    )
    assert.equal(body.total, 2)
    assert.deepEqual(
      body.results.map(({ permission_key }: { permission_key: string }) => permission_key),
      ['seats:b', 'seats:a'],
    )
    assert.equal((await one.call('GET', gate)).body.current_catalog_version, 1)
  })

  test('the database refuses to change, delete or truncate what was published', async () => {
    for (const statement of [
      'update catalog_versions set effective_at = 0',
      'delete from catalog_versions',
      'truncate catalog_versions cascade',
      'update catalog_permissions set price_cents = 0',
      'delete from catalog_permissions',
      'truncate catalog_permissions',
    ]) {
      await assert.rejects(
        one.app.services.store.write((tx) => sql.raw(statement).execute(tx)),
        /immutable/,
        statement,
      )
    }
  })
})
