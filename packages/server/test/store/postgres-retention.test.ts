import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { decodeBase64Strict, verifyConsistency, verifyInclusion, verifyRetention } from '@modei/protocol'
import { verifyChain } from '@modei/protocol/crypto/chain'
import { cutMonth } from '../../src/retention/cut-month.ts'
import { logMonths } from '../../src/retention/months.ts'
import { foreseeRetention, type MonthReport, runRetention } from '../../src/retention/run-retention.ts'
import { execute, startPostgres } from './postgres-server.ts'
import { type AgedLog, agedLog, FIRST_MONTH, GATE } from './retention-log.ts'

const server = await startPostgres()
after(() => server.stop())

const all = () => ({ records: 1_000_000, isPolite: false })
const bytes = (text: string) => decodeBase64Strict(text) ?? assert.fail('no base64')
const run = (log: AgedLog, keep = 2, budget = all()) => runRetention(log.one.app.services, keep, budget)

/** What became of the month of the records; those before it are empty ones of the time when the test runs. */
function ofFirstMonth(reports: readonly MonthReport[]) {
  const report = reports.find(({ month }) => month === FIRST_MONTH)
  return report === undefined
    ? 'not due'
    : `${report.outcome}${report.reason === null ? '' : ` ${report.reason}`}`
}

async function withLog(work: (log: AgedLog) => Promise<void>, perMonth?: number): Promise<void> {
  const log = await agedLog(server, perMonth)
  try {
    await work(log)
  } finally {
    await log.close()
  }
}

const get = async (log: AgedLog, path: string) => {
  const { status, body } = await log.call('GET', path)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

async function keptRecords(log: AgedLog) {
  return log.one.app.services.store.read
    .selectFrom('attestations')
    .selectAll()
    .where('chain_id', '=', GATE)
    .orderBy('chain_index')
    .execute()
}

/** All that totals and verdicts tell, apart from the records that went. */
async function told(log: AgedLog, ids: readonly string[]) {
  const { passport_id } = log
  return {
    state: await get(log, `/api/passports/${passport_id}/state`),
    sla: await get(log, `/api/gates/${GATE}/sla?period_start=2031-01-01&period_end=2031-04-30`),
    // One of the middle of the month, to the millisecond.
    part: await get(
      log,
      `/api/gates/${GATE}/sla?period_start=2031-01-10T12:00:00.000Z&period_end=2031-01-10T17:30:00.000Z`,
    ),
    dry: (await log.call('POST', '/api/authorize/dry-run', { passport_id, action: 'buy', cost_cents: 4000 }))
      .body.decision,
    gate: await get(log, `/api/gates/${GATE}`),
    verdicts: await Promise.all(
      ids.map(async (id) => {
        const { kept_from: _, ...verdict } = (await log.call('POST', `/api/attestations/${id}/verify`)).body
        return verdict
      }),
    ),
  }
}

test('a removed month takes its records alone: verdicts, totals, windows and reports stay as they were', () =>
  withLog(async (log) => {
    const { passport_id, call } = log
    await log.settleFirstMonth()
    const before = await get(log, `/api/gates/${GATE}/log/checkpoint`)
    await log.seal()
    const records = await keptRecords(log)
    const last = 24
    const ids = records.filter(({ chain_index }) => chain_index > last).map(({ id }) => id)
    // A rolling window that nothing was counted for yet: it is read from the log.
    await call('PUT', `/api/passports/${passport_id}/constraints`, {
      'core:cost:max_cumulative': 5000,
      'core:cost:cumulative_window': '85d',
    })
    const old = await told(log, ids)
    assert.ok(old.state.action_counts.buy > 40, JSON.stringify(old.state))
    assert.equal(old.sla.metrics[0].total_requests, 3)
    assert.ok(old.verdicts.every(({ valid }) => valid))

    assert.deepEqual(ofFirstMonth(await foreseeRetention(log.one.app.services, 2)), 'due')
    assert.equal(ofFirstMonth(await run(log)), 'removed')
    assert.deepEqual((await log.indexes())[0], last + 1)
    assert.deepEqual(await told(log, ids), old)
    const rest = await keptRecords(log)
    assert.deepEqual(rest, records.slice(last))

    const document = await get(log, `/api/gates/${GATE}/public`)
    const findKey = (id: string) =>
      document.signing_keys.find((key: { key_id: string }) => key.key_id === id)?.public_key
    const verdict = verifyRetention(document.retention, GATE, findKey)
    assert.ok(verdict.ok)
    assert.deepEqual(verdict.retention.start, {
      chain_index: last,
      chain_hash: records[last - 1]?.chain_hash,
    })
    assert.equal(verifyChain(rest, { findPublicKey: findKey, start: verdict.retention.start }).ok, true)
    const unstated = verifyChain(rest, { findPublicKey: findKey })
    assert.equal(unstated.ok ? '' : unstated.reason, 'index_gap')

    const first = await call('POST', `/api/attestations/${ids[0]}/verify`)
    assert.deepEqual([first.body.valid, first.body.kept_from], [true, last + 1])
    assert.equal((await call('GET', `/api/attestations/${records[0]?.id}`)).status, 404)
    assert.equal((await call('POST', `/api/attestations/${records[0]?.id}/verify`)).status, 404)
    // The place stays taken: nothing can be put where a record was.
    await assert.rejects(
      execute(
        log.url,
        `insert into attestations select * from json_populate_record(null::attestations,
         '${JSON.stringify({ ...records[3], created_at: log.clock.at }).replaceAll("'", "''")}')`,
      ),
      /duplicate key/,
    )

    await log.spend(3)
    const now = await get(log, `/api/gates/${GATE}/log/checkpoint`)
    for (const old_size of [1, 7, 16, 17, last, last + 1, before.tree_size]) {
      const path = `/api/gates/${GATE}/log/consistency?old_size=${old_size}&tree_size=${now.tree_size}`
      const proof = await get(log, path)
      assert.ok(
        verifyConsistency({
          old_size,
          old_root_hash: bytes(old_size === before.tree_size ? before.root_hash : proof.old_root_hash),
          tree_size: now.tree_size,
          root_hash: bytes(now.root_hash),
          proof: proof.proof.map(bytes),
        }),
        `from ${old_size}`,
      )
    }
    for (const chain_index of [1, 17, last, last + 1, now.tree_size]) {
      const proof = await get(log, `/api/gates/${GATE}/log/inclusion?chain_index=${chain_index}`)
      assert.ok(
        verifyInclusion({
          leaf_hash: bytes(proof.leaf_hash),
          leaf_index: chain_index - 1,
          tree_size: now.tree_size,
          root_hash: bytes(now.root_hash),
          proof: proof.proof.map(bytes),
        }),
      )
    }

    // The next month goes the same way, from where the first cut left the chain.
    log.clock.at = Date.UTC(2031, 4, 2)
    await log.seal()
    const [second] = await run(log)
    assert.deepEqual([second?.month, second?.outcome, second?.detail], ['2031-02', 'removed', null])
    const indexes = await log.indexes()
    assert.equal(indexes[0], last + 22)
    const again = await get(log, `/api/gates/${GATE}/log/consistency?old_size=${last - 3}`)
    assert.ok(again.proof.length > 0)
    assert.deepEqual((await get(log, `/api/gates/${GATE}/public`)).retention.first_kept_index, last + 22)
  }))

test('a month is kept while something hinders its removal, and each hindrance is told', () =>
  withLog(async (log) => {
    const { store } = log.one.app.services
    assert.equal(ofFirstMonth(await run(log, 3)), 'not due')
    assert.equal(ofFirstMonth(await run(log)), 'hindered unsettled')
    const period = { period_type: 'monthly', period_start: '2031-01-01', period_end: '2031-01-31' }
    const settled = await log.call('POST', '/api/billing', { gate_id: GATE, ...period })
    assert.equal(ofFirstMonth(await run(log)), 'hindered unsettled', 'it may still be voided')
    for (const status of ['invoiced', 'paid']) {
      await log.call('POST', `/api/billing/${settled.body.id}/status`, { status })
    }
    assert.equal(ofFirstMonth(await run(log)), 'hindered unsealed')
    await log.seal()

    const [first] = await keptRecords(log)
    const approval = {
      ...{
        id: 'apr_1',
        workspace_id: first?.workspace_id ?? '',
        gate_id: GATE,
        passport_id: log.passport_id,
      },
      ...{ agent_id: 'agent', action: 'buy', target: null, cost_cents: 1, metadata: null, held_by: '[]' },
      ...{ reason: 'held', counter_keys: '[]', sequence_key: log.passport_id, fingerprint: 'f' },
      ...{ constraint_version: 1, status: 'pending' as const, created_at: 1, expires_at: log.clock.at + 9 },
      ...{ resolved_at: null, resolved_by: null, note: null, attestation_id: first?.id ?? '' },
    }
    await store.write((tx) => tx.insertInto('approvals').values(approval).execute())
    assert.equal(ofFirstMonth(await run(log)), 'hindered open_hold')
    await store.write((tx) => tx.updateTable('approvals').set({ status: 'denied' }).execute())

    const whole = await log.indexes()
    // One record verified of many: the next run goes on.
    assert.equal(ofFirstMonth(await run(log, 2, { records: 0, isPolite: false })), 'verifying')
    assert.deepEqual(await log.indexes(), whole)
    const month = (await logMonths(store.read)).find((one) => one.month === FIRST_MONTH)
    assert.ok(month)
    await assert.rejects(cutMonth(store.read, log.one.app.services.box, month, log.clock.at), /unverified/)
    assert.deepEqual(await log.indexes(), whole)
    assert.equal((await get(log, `/api/gates/${GATE}/public`)).retention, null)

    const [stray] = await execute(log.url, `select * from attestations where chain_index = 3 limit 1`)
    const row = { ...stray, id: 'enf_stray', chain_id: 'gate_stray', sequence_key: 'pp_stray', created_at: 1 }
    await execute(
      log.url,
      `insert into attestations_default select * from json_populate_record(null::attestations,
       '${JSON.stringify(row).replaceAll("'", "''")}')`,
    )
    assert.equal(ofFirstMonth(await foreseeRetention(log.one.app.services, 2)), 'hindered older_records')
    assert.deepEqual(await log.indexes(), whole)
  }))

test('a record that was tampered with keeps its month', () =>
  withLog(async (log) => {
    await log.settleFirstMonth()
    await log.seal()
    const change = async (set: string) =>
      execute(
        log.url,
        `set session_replication_role = replica; update attestations set ${set} where chain_id = '${GATE}' and chain_index = 5`,
      )
    const [record] = (await keptRecords(log)).slice(4)
    await change(`signature = '${Buffer.alloc(64).toString('base64')}'`)
    assert.equal(ofFirstMonth(await run(log)), 'hindered unverified')
    await change(`signature = '${record?.signature}', chain_hash = '${'0'.repeat(64)}'`)
    assert.equal(ofFirstMonth(await run(log)), 'hindered unverified')
    await change(`chain_hash = '${record?.chain_hash}'`)
    assert.equal(ofFirstMonth(await run(log)), 'removed')
  }))

test('a record that went away after it was verified keeps its month', () =>
  withLog(async (log) => {
    await log.settleFirstMonth()
    const reports = await run(log)
    assert.equal(ofFirstMonth(reports), 'hindered unsealed')
    await log.seal()
    const { store, box } = log.one.app.services
    const { verifyMonth } = await import('../../src/retention/verify-month.ts')
    const month = (await logMonths(store.read)).find((one) => one.month === FIRST_MONTH)
    assert.ok(month)
    assert.equal(await verifyMonth(store, month, all()), true)
    await execute(
      log.url,
      `set session_replication_role = replica; delete from attestations where chain_id = '${GATE}' and chain_index = 5`,
    )
    await assert.rejects(cutMonth(store.read, box, month, log.clock.at), /unverified/)
  }))

test('two processes that remove a month at once remove it once, and decisions go on beside them', () =>
  withLog(async (log) => {
    await log.settleFirstMonth()
    await log.seal()
    const charges = async () =>
      Number((await execute(log.url, 'select count(*) as n from ancestor_charges'))[0]?.n)
    const permitted = 20
    const [one, two, ...spent] = await Promise.all([
      run(log),
      runRetention(log.two.app.services, 2, all()),
      ...Array.from({ length: 20 }, () => log.spend(1)),
    ])
    assert.equal(new Set(spent).size, 20)
    if (ofFirstMonth(one) !== 'removed' && ofFirstMonth(two) !== 'removed') {
      assert.equal(ofFirstMonth(await run(log)), 'removed')
    }
    assert.equal((await log.indexes())[0], 25)
    assert.equal(await charges(), permitted)
    const statements = await execute(log.url, 'select first_kept_index from retention_statements')
    assert.equal(statements.length, 1)
  }))

test('a cut that cannot have the log at once gives up, and leaves everything as it was', () =>
  withLog(async (log) => {
    await log.settleFirstMonth()
    await log.seal()
    const whole = await log.indexes()
    const { store } = log.one.app.services
    await store.read.transaction().execute(async (reading) => {
      await reading.selectFrom('attestations').select('id').limit(1).execute()
      assert.equal(ofFirstMonth(await run(log)), 'hindered busy')
    })
    assert.deepEqual(await log.indexes(), whole)
    assert.equal((await execute(log.url, 'select 1 from ancestor_charges')).length, 0)
    assert.equal((await execute(log.url, 'select 1 from retention_statements')).length, 0)
    assert.equal(ofFirstMonth(await run(log)), 'removed')
  }))

test('a compromised key’s statement is believed no more, and the next run signs it anew', () =>
  withLog(async (log) => {
    await log.settleFirstMonth()
    await log.seal()
    assert.equal(ofFirstMonth(await run(log)), 'removed')
    const [first] = await keptRecords(log)
    const verify = async () => (await log.call('POST', `/api/attestations/${first?.id}/verify`)).body
    assert.equal((await verify()).valid, true)
    log.clock.at += 1000
    await log.call('POST', `/api/gates/${GATE}/keys/rotate`, { compromised: true })
    assert.deepEqual([(await verify()).reason, (await verify()).kept_from], ['predecessor_missing', null])
    await run(log)
    assert.deepEqual([(await verify()).valid, (await verify()).kept_from], [true, 25])
  }))

test('the database refuses to change a statement, a leaf or an outcome of removed records', () =>
  withLog(async (log) => {
    await log.settleFirstMonth()
    await log.seal()
    assert.equal(ofFirstMonth(await run(log)), 'removed')
    for (const table of ['retention_statements', 'merkle_leaves', 'removed_outcomes']) {
      await assert.rejects(execute(log.url, `delete from ${table}`), /immutable/, table)
      await assert.rejects(execute(log.url, `update ${table} set chain_id = ''`), /immutable/, table)
      await assert.rejects(execute(log.url, `truncate ${table}`), /immutable/, table)
    }
  }))
