import assert from 'node:assert/strict'
import { logMonths } from '../../src/retention/months.ts'
import { sealChains } from '../../src/services/seal-chains.ts'
import { makePartitions } from '../../src/store/postgres/partitions.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { execute, type PostgresServer } from './postgres-server.ts'
import { firstKey, startTestServer, type TestServer } from './servers.ts'

export const GATE = 'gate_kept'
export const ARCHIVED = 'gate_archived'
/** The one whose records are removed when two months are kept in April. */
export const FIRST_MONTH = '2031-01'

/** A gate's log over four months of another time, on a database of its own, served by two processes. */
export interface AgedLog {
  url: string
  clock: { at: number }
  one: TestServer
  two: TestServer
  passport_id: string
  call: TestServer['call']
  /** Spends on the passport; answers the id of the record. */
  spend(cost_cents: number, more?: object): Promise<string>
  use(outcome: string): Promise<void>
  /** Settles January and sees it paid. */
  settleFirstMonth(): Promise<void>
  seal(): Promise<void>
  indexes(): Promise<number[]>
  close(): Promise<void>
}

/** @param perMonth decisions of each month */
export async function agedLog(server: PostgresServer, perMonth = 21): Promise<AgedLog> {
  const url = await server.createDatabase()
  const clock = { at: Date.UTC(2031, 0, 10, 12) }
  const database = {
    shared: true,
    open: (options: Parameters<typeof openPostgresStore>[1]) =>
      openPostgresStore(url, { ...options, clock: () => clock.at }),
    remove: () => server.dropDatabase(url),
  }
  let key = ''
  const one = await startTestServer(database, () => key)
  const two = await startTestServer(database, () => key)
  key = await firstKey(one)
  // The months of the time when the test runs, which are empty.
  const { read } = one.app.services.store
  for (const { month, table } of await logMonths(read)) {
    if (month < FIRST_MONTH) await execute(url, `drop table ${table}`)
  }
  await makePartitions(read, clock.at)
  const { call } = one
  const ok = async (...request: Parameters<typeof call>) => {
    const answer = await call(...request)
    assert.ok(answer.status < 300, JSON.stringify(answer.body))
    return answer.body
  }
  await ok('POST', '/api/gates', { name: 'Kept', gate_id: GATE })
  const constraints = { 'core:pricing:per_call_cents': 25, 'core:sla:uptime_basis_points': 9000 }
  await ok('POST', `/api/gates/${GATE}/catalog`, {
    permissions: [{ permission_key: 'buy', constraints }, { permission_key: 'read' }],
  })
  await ok('POST', `/api/gates/${GATE}/catalog/publish`, {})
  const { passport_id } = await ok('POST', `/api/gates/${GATE}/passports`, {
    agent_id: 'agent',
    permissions: ['buy', 'read'],
    expires_in: '1y',
    constraints: { 'core:cost:max_cumulative': 5000 },
  })

  // A gate that is archived later, and a chain of no gate.
  await ok('POST', '/api/gates', { name: 'Archived', gate_id: ARCHIVED })
  const grant = { agent_id: 'agent', permissions: ['buy'], expires_in: '1y' }
  const elsewhere = await ok('POST', `/api/gates/${ARCHIVED}/passports`, grant)
  const issuer = await ok('POST', '/api/issuers', { name: 'Issuer' })
  const issued = await ok('POST', '/api/passports', { issuer_id: issuer.issuer_id, ...grant })
  for (const { passport_id } of [elsewhere, issued, issued]) {
    await ok('POST', '/api/enforce', { passport_id, action: 'buy', cost_cents: 5 })
  }

  const log: AgedLog = {
    url,
    clock,
    one,
    two,
    passport_id,
    call,
    async spend(cost_cents, more = {}) {
      const body = { passport_id, action: 'buy', cost_cents, ...more }
      return (await ok('POST', '/api/enforce', body)).attestation_id
    },
    async use(outcome) {
      await ok('POST', '/api/consume', { passport_id, gate_id: GATE, action: 'buy', outcome })
    },
    async settleFirstMonth() {
      const period = {
        gate_id: GATE,
        period_type: 'monthly',
        period_start: '2031-01-01',
        period_end: '2031-01-31',
      }
      const { id } = await ok('POST', '/api/billing', period)
      for (const status of ['invoiced', 'paid']) await ok('POST', `/api/billing/${id}/status`, { status })
    },
    async seal() {
      await sealChains(one.app.services)
    },
    async indexes() {
      const rows = await one.app.services.store.read
        .selectFrom('attestations')
        .select('chain_index')
        .where('chain_id', '=', GATE)
        .orderBy('chain_index')
        .execute()
      return rows.map(({ chain_index }) => chain_index)
    },
    async close() {
      await one.app.close()
      await two.app.close()
      await server.dropDatabase(url)
    },
  }
  for (const month of [0, 1, 2]) {
    clock.at = Date.UTC(2031, month, 10, 12)
    const spends = Array.from({ length: perMonth - 2 }, (_, i) => i)
    const spend = (i: number) => log.spend(i, { target: `https://host-${i % 3}.example/path?${i}` })
    await Promise.all(spends.slice(0, 9).map(spend))
    clock.at += 5 * 3_600_000
    await Promise.all(spends.slice(9).map(spend))
    await Promise.all([log.spend(7, { action: 'read' }), log.spend(9_999_999)])
    if (month === 0) await Promise.all(['success', 'error'].map(log.use))
    clock.at += 3_600_000
    if (month === 0) await log.use('success')
  }
  await ok('DELETE', `/api/gates/${ARCHIVED}`)
  clock.at = Date.UTC(2031, 3, 5, 12)
  return log
}
