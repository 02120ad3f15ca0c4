import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client } from 'pg'
import { box, makeWorld, spend, times } from '../../src/store/conformance-fixture.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { StatementNames } from '../../src/store/postgres/statement-names.ts'
import { Signer } from '../../src/store/signer.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

describe('statements that the server keeps by name', () => {
  let postgres: PostgresServer

  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.stop())

  test('a table that gets another column while a server decides costs no decision', async () => {
    const url = await postgres.createDatabase()
    const store = await openPostgresStore(url, { signer: new Signer(box) })
    const world = await makeWorld(store)
    for (let round = 0; round < 8; round += 1) await store.decide(spend(world))
    const admin = new Client(url)
    await admin.connect()
    await admin.query('alter table gates add column later text')
    await admin.query('alter table counters add column later text')
    await admin.end()
    const answers = await Promise.all(times(20, () => store.decide(spend(world))))
    assert.deepEqual(
      answers.map(({ chain_index }) => chain_index).sort((a, b) => a - b),
      times(20, (i) => i + 9),
    )
    await store.close()
    await postgres.dropDatabase(url)
  })
})

test('names are given up at the first error that a pooler or a changed table makes of them, and at no other', () => {
  const failure = (code: string, message: string) => Object.assign(new Error(message), { code })
  const refused = [
    failure('26000', 'prepared statement "modei_1" does not exist'),
    failure('42P05', 'prepared statement "modei_1" already exists'),
    failure('0A000', 'cached plan must not change result type'),
  ]
  for (const error of refused) {
    const names = new StatementNames()
    assert.match(names.nameOf('select 1') ?? '', /^modei_[0-9a-f]{32}$/)
    assert.equal(names.wereRefused(error), true)
    assert.equal(names.nameOf('select 1'), undefined)
  }
  const others = [
    failure('0A000', 'feature not supported'),
    failure('23505', 'duplicate key'),
    new Error('cached plan'),
    undefined,
  ]
  const names = new StatementNames()
  for (const error of others) assert.equal(names.wereRefused(error), false)
  assert.equal(names.nameOf('select 1'), new StatementNames().nameOf('select 1'))
  assert.notEqual(names.nameOf('select 1'), names.nameOf('select 2'))
})
