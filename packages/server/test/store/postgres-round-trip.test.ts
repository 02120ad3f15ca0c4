import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { Client, type Pool, type PoolClient } from 'pg'
import type { ListParameter } from '../../src/store/postgres/packet.ts'
import { openPool } from '../../src/store/postgres/pool.ts'
import { roundTrip, type Statement } from '../../src/store/postgres/round-trip.ts'
import { StatementNames } from '../../src/store/postgres/statement-names.ts'
import { startPostgres } from './postgres-server.ts'

const server = await startPostgres()
after(() => server.stop())

const NUMBERS = 'select v from unnest($1::bigint[]) with ordinality as t (v, at) order by at'
const TEXTS = 'select v from unnest($1::text[]) with ordinality as t (v, at) order by at'

function reading(text: string, ...parameters: Statement['parameters']): Statement {
  return { text, parameters, reads: true }
}

describe('one packet of statements and its answer', () => {
  let pool: Pool
  let client: PoolClient
  let names: StatementNames

  beforeEach(async () => {
    pool = openPool(server.url, { max: 1, queryTimeoutMs: 0, connectTimeoutMs: 60_000, onError() {} })
    client = await pool.connect()
    names = new StatementNames()
  })
  afterEach(async () => {
    client.release()
    await pool.end()
  })

  const send = (...statements: Statement[]) => roundTrip(client, statements, { names, silenceMs: 60_000 })

  async function comesBack(text: string, sent: ListParameter): Promise<void> {
    const [result] = await send(reading(text, sent))
    assert.deepEqual(
      result?.rows.map(({ v }) => v),
      sent.values,
    )
  }

  test('texts come back as they were sent, whatever is in them', async () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'))
    const values = fc.array(fc.option(text), { maxLength: 20 })
    await fc.assert(fc.asyncProperty(values, (sent) => comesBack(TEXTS, { element: 'text', values: sent })))
  })

  test('whole numbers come back as they were sent, to the last that is safe', async () => {
    const edges = [0, -1, 2 ** 32, 2 ** 32 - 1, -(2 ** 32), -(2 ** 31), 2 ** 53 - 1, -(2 ** 53) + 1]
    await comesBack(NUMBERS, { element: 'bigint', values: [...edges, null] })
    const values = fc.array(fc.option(fc.maxSafeInteger()), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(values, (sent) => comesBack(NUMBERS, { element: 'bigint', values: sent })),
    )
  })

  test('what is larger than a packet ever was goes through, and small ones after it', async () => {
    const large = ['é'.repeat(9_000_000), 'x'.repeat(100_000)]
    for (const values of [large, ['small'], large.slice(1)])
      await comesBack(TEXTS, { element: 'text', values })
  })

  test('a number that is not safe is refused before anything is sent, and the connection goes on', async () => {
    for (const value of [2 ** 53, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await assert.rejects(send(reading(NUMBERS, { element: 'bigint', values: [1, value] })), RangeError)
      await comesBack(NUMBERS, { element: 'bigint', values: [1] })
    }
  })

  test('a row that cannot be read is an error, and no row that is missing', async () => {
    for (let time = 1; time <= 2; time += 1) {
      await assert.rejects(send(reading('select 9007199254740993::bigint as v')), RangeError)
    }
    await comesBack(NUMBERS, { element: 'bigint', values: [1] })
  })

  test('after a statement that fails nothing behind it is done, and each can be sent again', async () => {
    const begin: Statement = { text: 'begin', parameters: [], reads: false }
    const rollback: Statement = { text: 'rollback', parameters: [], reads: false }
    const before = reading('select 1 as v')
    const failing = reading('select 1 / $1::int as v', '0')
    const behind = reading('select 2 as v')
    for (let time = 1; time <= 2; time += 1) {
      await assert.rejects(send(begin, before, failing, behind), { code: '22012' })
      await send(rollback)
      assert.equal(client.getTransactionStatus(), 'I')
    }
    const results = await send(before, { ...failing, parameters: ['1'] }, behind)
    assert.deepEqual(
      results.map(({ rows }) => rows),
      [[{ v: 1 }], [{ v: 1 }], [{ v: 2 }]],
    )
  })

  test('statements work alike by name, again by name, and when names are given up', async () => {
    const statements = [reading('select 1 as a, null as b'), reading('select $1 as c', 'text')]
    for (const text of ['by name', 'again', 'without']) {
      if (text === 'without') names.wereRefused(Object.assign(new Error(), { code: '26000' }))
      const results = await send(...statements)
      assert.deepEqual(
        results.map(({ rows }) => rows),
        [[{ a: 1, b: null }], [{ c: 'text' }]],
        text,
      )
    }
  })

  test('names that are given up while a packet is on its way cost none of its rows', async () => {
    await comesBack(TEXTS, { element: 'text', values: ['once'] })
    const answer = send(reading(TEXTS, { element: 'text', values: ['twice'] }))
    names.wereRefused(Object.assign(new Error(), { code: '26000' }))
    const [result] = await answer
    assert.deepEqual(result?.rows, [{ v: 'twice' }])
  })

  test('a connection that nobody waits for is not given up, however long it is silent', async () => {
    const idle = { names, silenceMs: 3_000 }
    const statement = reading('select 1 as v')
    await roundTrip(client, [statement], idle)
    await delay(idle.silenceMs + 200)
    const [result] = await roundTrip(client, [statement], idle)
    assert.deepEqual(result?.rows, [{ v: 1 }])
  })

  test('the end of the last but one statement is told while the last one still waits', async () => {
    const holder = new Client(server.url)
    await holder.connect()
    await holder.query('select pg_advisory_lock(1)')
    const statements = [reading('select 1'), reading('select pg_advisory_xact_lock(1)')]
    // Nothing else lets the last one go.
    let letGo: Promise<unknown> | undefined
    const results = await roundTrip(client, statements, { names, silenceMs: 60_000 }, () => {
      letGo = holder.query('select pg_advisory_unlock(1)')
    })
    await letGo
    assert.equal(results.at(-1)?.command, 'SELECT 1')
    await holder.end()
  })
})
