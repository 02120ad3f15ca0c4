import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ModeiProblem } from '@modei/protocol'
import { sql } from 'kysely'
import { Client } from 'pg'
import type { DatabaseUnderTest } from '../../src/store/conformance.ts'
import { box, endings, makeWorld, spend, times } from '../../src/store/conformance-fixture.ts'
import { assertWhole, logOf } from '../../src/store/conformance-log.ts'
import { openPool } from '../../src/store/postgres/pool.ts'
import { openPostgresStore, type PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts'
import { transactionOutcome } from '../../src/store/postgres/transaction-outcome.ts'
import { Signer } from '../../src/store/signer.ts'
import type { Store } from '../../src/store/store.ts'
import { startCuttingProxy } from './cutting-proxy.ts'
import { keep, waitUntil } from './kept-rows.ts'
import { execute, startOwnPostgres } from './postgres-server.ts'
import { firstKey, startTestServer } from './servers.ts'

const server = await startOwnPostgres()
after(() => server.stop())

function open(url = server.url, options: Partial<PostgresStoreOptions> = {}): Promise<Store> {
  return openPostgresStore(url, { signer: new Signer(box), ...options })
}

function assertAway(error: unknown): void {
  assert.ok(error instanceof ModeiProblem, String(error))
  assert.equal(error.code, 'unavailable')
  assert.ok((error.retryAfter ?? 0) > 0)
}

test('while the database is away every request is a 503 that says when to come back; then all go on without a restart', async () => {
  const database: DatabaseUnderTest = {
    shared: true,
    open: (options) => openPostgresStore(server.url, options),
    remove: async () => undefined,
  }
  let key = ''
  const { app, call } = await startTestServer(database, () => key)
  key = await firstKey({ app, call })
  await call('POST', '/api/gates', { name: 'gate', gate_id: 'gate_away' })
  const issued = await call('POST', '/api/gates/gate_away/passports', {
    agent_id: 'a',
    permissions: ['read'],
  })
  const enforce = () => call('POST', '/api/enforce', { passport_id: issued.body.passport_id, action: 'read' })
  assert.equal((await enforce()).status, 200)
  await server.halt()
  const world = { workspace_id: 'ws_1', chain_id: 'gate_away', passport_id: issued.body.passport_id }
  const away = [
    enforce(),
    call('GET', '/api/gates'),
    call('POST', '/api/gates', { name: 'gate', gate_id: 'gate_other' }),
    call('GET', '/readyz'),
  ]
  for (const { status, body, headers } of await Promise.all(away)) {
    assert.deepEqual([status, body.code], [503, 'unavailable'])
    assert.ok(Number(headers['retry-after']) > 0)
  }
  const { errors } = await endings<unknown>([
    app.services.store.decide(spend(world)),
    app.services.store.write(async () => undefined),
    app.services.store.now(),
    app.services.store.findApiKey('x'),
    app.services.store.findGate('x'),
    app.services.store.read.selectFrom('meta').selectAll().execute(),
  ])
  assert.equal(errors.length, 6)
  for (const error of errors) assertAway(error)
  await server.resume()
  assert.equal((await enforce()).status, 200)
  assert.equal((await call('GET', '/readyz')).status, 200)
  assert.equal((await call('POST', '/api/gates', { name: 'gate', gate_id: 'gate_other' })).status, 201)
  await app.close()
})

test('connections that are killed under load lose no answered decision and double none', async () => {
  const stores = await Promise.all([open(), open()])
  const [store] = stores
  assert.ok(store)
  const world = await makeWorld(store)
  let isDone = false
  const killer = (async () => {
    const client = new Client({ connectionString: server.url })
    await client.connect()
    while (!isDone) {
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'modei' and pid <> pg_backend_pid()`,
      )
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
    await client.end()
  })()
  const answered: string[] = []
  const refused: unknown[] = []
  await Promise.all(
    times(12, async (index) => {
      for (const _round of times(15, (i) => i)) {
        const one = stores[index % stores.length] ?? store
        const { values, errors } = await endings([one.decide(spend(world))])
        answered.push(...values.map(({ id }) => id))
        refused.push(...errors)
      }
    }),
  )
  isDone = true
  await killer
  for (const error of refused) assertAway(error)
  const log = await logOf(store, world.chain_id)
  assert.ok(answered.length > 0)
  assert.deepEqual(new Set(log.map(({ id }) => id)), new Set(answered))
  await assertWhole(store, world.chain_id)
  await Promise.all(stores.map((one) => one.close()))
})

for (const when of ['before', 'after'] as const) {
  test(`a connection that breaks ${when} the database commits leaves one decision and its answer`, async () => {
    const proxy = await startCuttingProxy(server.url)
    const store = await open(proxy.url)
    const world = await makeWorld(store)
    await store.decide(spend(world))
    proxy.cutNextCommit(when)
    const answers = await Promise.all(times(5, () => store.decide(spend(world))))
    assert.ok(proxy.isCut)
    const log = await logOf(store, world.chain_id)
    assert.equal(log.length, 6)
    assert.deepEqual(
      log.slice(1).map(({ id }) => id),
      answers.map(({ id }) => id),
    )
    await store.close()
    await proxy.close()
  })
}

test('a lost commit counts as made only when its record is there: a crashed database gives its number out again', async () => {
  const store = await open()
  const world = await makeWorld(store)
  const { id } = await store.decide(spend(world))
  const pool = openPool(server.url, {
    max: 1,
    queryTimeoutMs: 60_000,
    connectTimeoutMs: 60_000,
    onError: () => undefined,
  })
  const { rows } = await pool.query<{ own: string; next: string }>(
    `select pg_current_xact_id()::text as own, (pg_current_xact_id()::text::bigint + 1000000)::text as next`,
  )
  const { own = '', next = '' } = rows[0] ?? {}
  const { workspace_id } = world
  assert.equal(await transactionOutcome(pool, own, { workspace_id, id }), 'committed')
  for (const reused of [own, next]) {
    assert.equal(await transactionOutcome(pool, reused, { workspace_id, id: 'enf_lost' }), 'aborted')
  }
  await pool.end()
  await store.close()
})

test('a database that falls silent is given up, and used again when it speaks', async () => {
  const proxy = await startCuttingProxy(server.url)
  const store = await open(proxy.url, { statementTimeoutMs: 200, connectTimeoutMs: 300, silenceMs: 200 })
  const world = await makeWorld(store)
  await store.decide(spend(world))
  proxy.fallSilent(true)
  const { errors } = await endings<unknown>([store.decide(spend(world)), store.now()])
  assert.equal(errors.length, 2)
  for (const error of errors) assertAway(error)
  proxy.fallSilent(false)
  assert.equal((await store.decide(spend(world))).sequence_number, 2)
  await store.close()
  await proxy.close()
})

test('a process that stops in the middle of a flush loses its locks, and decides again when it goes on', async () => {
  let goOn: (() => void) | undefined
  class StoppedSigner extends Signer {
    override async signAll(...signed: Parameters<Signer['signAll']>): Promise<string[]> {
      if (goOn === undefined) await new Promise<void>((resolve) => (goOn = resolve))
      return super.signAll(...signed)
    }
  }
  const [stopped, other] = await Promise.all([
    openPostgresStore(server.url, { signer: new StoppedSigner(box) }),
    open(),
  ])
  const world = await makeWorld(other)
  await other.decide(spend(world))
  const late = stopped.decide(spend(world))
  while (goOn === undefined) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal((await other.decide(spend(world))).sequence_number, 2)
  goOn()
  assert.equal((await late).sequence_number, 3)
  await assertWhole(other, world.chain_id)
  await Promise.all([stopped.close(), other.close()])
})

test('a connection that is lost before anything is written costs no decision', async () => {
  const store = await open()
  const world = await makeWorld(store)
  await store.decide(spend(world))
  const freeChain = await keep(
    server.url,
    `select 1 from chains where chain_id = '${world.chain_id}' for update`,
  )
  const waiting = store.decide(spend(world))
  waiting.catch(() => undefined)
  await waitUntil(server.url, 'transactionid')
  await execute(
    server.url,
    "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'transactionid'",
  )
  await freeChain()
  assert.equal((await waiting).sequence_number, 2)
  await store.close()
})

test('a lock that another process keeps too long is a 503, and nothing is recorded', async () => {
  const store = await open(server.url, { lockTimeoutMs: 200, statementTimeoutMs: 3_600_000 })
  const world = await makeWorld(store)
  await store.decide(spend(world))
  const freeChain = await keep(
    server.url,
    `select 1 from chains where chain_id = '${world.chain_id}' for update`,
  )
  const { errors } = await endings(times(3, () => store.decide(spend(world))))
  assert.equal(errors.length, 3)
  for (const error of errors) assertAway(error)
  await freeChain()
  assert.equal((await store.decide(spend(world))).sequence_number, 2)
  await store.close()
})

test('a statement that takes too long is ended by the database itself', async () => {
  const store = await open(server.url, { statementTimeoutMs: 200 })
  const { errors } = await endings([store.write((tx) => sql`select pg_sleep(5)`.execute(tx))])
  for (const error of errors) assertAway(error)
  assert.equal(errors.length, 1)
  await store.close()
})

test('a database that a newer release brought further is refused', async () => {
  await execute(
    server.url,
    `insert into kysely_migration values ('9999-tomorrow', '2099-01-01T00:00:00.000Z')`,
  )
  await assert.rejects(open(), /9999-tomorrow is missing/)
  await execute(server.url, `delete from kysely_migration where name = '9999-tomorrow'`)
})
