import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type ServerProcess, startProcess, workersOf } from '../server-process.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const KEY = `mod_live_${'w'.repeat(40)}`
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', connection: 'close' }

test('workers without a database server are refused in one sentence', async () => {
  await assert.rejects(startProcess({ MODEI_WORKERS: '2' }), /MODEI_WORKERS needs DATABASE_URL=postgres:/)
})

describe('workers on one port', () => {
  let postgres: PostgresServer
  let server: ServerProcess
  let passportId: string

  before(async () => {
    postgres = await startPostgres()
    server = await startProcess({
      DATABASE_URL: await postgres.createDatabase(),
      MODEI_SECRET_KEY: 'the secret that all workers share, 32 characters',
      MODEI_BOOTSTRAP_API_KEY: KEY,
      MODEI_WORKERS: '2',
    })
    await call('/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
    const passport = await call('/api/gates/gate_shop/passports', {
      agent_id: 'agent-1',
      permissions: ['shop:buy'],
      constraints: { 'core:cost:max_cumulative': 1000 },
    })
    passportId = String(passport.passport_id)
  })

  after(async () => {
    server.child.kill('SIGKILL')
    for (const pid of workersOf(server)) process.kill(pid, 'SIGKILL')
    await postgres.stop()
  })

  async function call(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(body),
    })
    assert.ok(answer.ok, `${path} answered ${answer.status}`)
    const read: unknown = await answer.json()
    return Object(read)
  }

  const buy = () => call('/api/enforce', { passport_id: passportId, action: 'shop:buy', cost_cents: 100 })
  const permits = (answers: Record<string, unknown>[]) =>
    answers.filter(({ decision }) => decision === 'PERMIT').length

  async function metrics(): Promise<string> {
    return (await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })).text()
  }

  test('parallel purchases of 100 cents on a budget of 1,000 permit exactly 10, whichever worker decides', async () => {
    const answers: Record<string, unknown>[] = []
    let decided: [worker: string | undefined, count: number][] = []
    // The system gives a connection to whoever takes it first, so one worker may get all of the first hundred.
    do {
      answers.push(...(await Promise.all(Array.from({ length: 100 }, buy))))
      const counts = (await metrics()).matchAll(/^modei_decisions_total\{worker="(\d+)",.*\} (\d+)/gm)
      decided = [...counts].map(([, worker, count]) => [worker, Number(count)])
    } while (new Set(decided.map(([worker]) => worker)).size < 2)
    assert.equal(permits(answers), 10)
    assert.equal(
      decided.reduce((sum, [, count]) => sum + count, 0),
      answers.length,
    )
  })

  test('a worker that is killed is replaced, and what the others answered stands', async () => {
    const [victim] = workersOf(server)
    assert.ok(victim)
    process.kill(victim, 'SIGKILL')
    assert.equal(permits([await buy()]), 0)
    while (!(await metrics()).includes('{worker="3"')) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(workersOf(server).length, 2)
  })

  test('a stop answers what was asked before it, and ends every worker', async () => {
    const workers = workersOf(server)
    const asked = Array.from({ length: 20 }, () => buy().then(() => true, String))
    await Promise.race(asked)
    server.child.kill('SIGTERM')
    assert.deepEqual(await server.exited, { code: 0, signal: null })
    // One that had not been taken from the socket is refused; none is cut off in the middle of its answer.
    for (const answer of await Promise.all(asked)) {
      assert.ok(answer === true || /fetch failed|answered 503/.test(String(answer)), String(answer))
    }
    for (const pid of workers) assert.throws(() => process.kill(pid, 0))
  })
})
