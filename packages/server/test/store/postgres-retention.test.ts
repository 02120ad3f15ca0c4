import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeBase64Strict, verifyConsistency, verifyInclusion, verifyRetention } from '@modei/protocol'
import { verifyChain } from '@modei/protocol/crypto/chain'
import { sql } from 'kysely'
import { retain } from '../../src/jobs/retain.ts'
import { cutMonth } from '../../src/retention/cut-month.ts'
import { logMonths } from '../../src/retention/months.ts'
import { foreseeRetention, type MonthReport, runRetention } from '../../src/retention/run-retention.ts'
import { verifyMonth } from '../../src/retention/verify-month.ts'
import { exportAttestations } from '../../src/services/export-attestations.ts'
import { makePartitions } from '../../src/store/postgres/partitions.ts'
import { execute, startPostgres } from './postgres-server.ts'
import { type AgedLog, ARCHIVED, agedLog, FIRST_MONTH, GATE } from './retention-log.ts'

const server = await startPostgres()
after(() => server.stop())

/** Whoever waits for a lock of the database. */
const WAITING = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

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

test('a removed month takes its records alone: verdicts, totals, windows and reports stay as they were', async (t) => {
  const log = await agedLog(server)
  t.after(() => log.close())
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
  const archived = await get(log, `/api/gates/${ARCHIVED}/public`)
  assert.equal(archived.retention.first_kept_index, 2)
  assert.ok(
    verifyRetention(archived.retention, ARCHIVED, () => archived.signing_keys[0].public_key).ok,
    'an archived gate says that nothing of its log is left',
  )
  const chains = await execute(log.url, 'select chain_id, first_kept_index from retention_statements')
  const own = chains.find(({ chain_id }) => String(chain_id).startsWith('ws_'))
  assert.deepEqual([chains.length, Number(own?.first_kept_index)], [3, 3])
  const workspace = await get(log, `/api/workspaces/${own?.chain_id}/public`)
  assert.equal(workspace.retention.first_kept_index, 3)
  const caller = { workspace_id: String(own?.chain_id), mode: 'live' as const, key_id: '', scopes: [] }
  const exported: number[] = []
  for await (const page of exportAttestations(log.one.app.services, caller, {})) {
    exported.push(...page.map(({ chain_index }) => chain_index))
  }
  assert.deepEqual(exported, await log.indexes())

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
  const reports: MonthReport[] = []
  const observer = { onRetention: (report: MonthReport) => reports.push(report) }
  await retain(log.one.app.services, 2, observer, new AbortController().signal)
  assert.deepEqual(reports, [{ month: '2031-02', outcome: 'removed', reason: null, detail: null }])
  const indexes = await log.indexes()
  assert.equal(indexes[0], last + 22)
  const again = await get(log, `/api/gates/${GATE}/log/consistency?old_size=${last - 3}`)
  assert.ok(again.proof.length > 0)
  assert.deepEqual((await get(log, `/api/gates/${GATE}/public`)).retention.first_kept_index, last + 22)
})

describe('what hinders the removal of a month', () => {
  let log: AgedLog
  let whole: number[]

  before(async () => {
    log = await agedLog(server)
    whole = await log.indexes()
  })
  after(() => log.close())

  const services = () => log.one.app.services
  const rewrite = (statement: string) =>
    execute(log.url, `set session_replication_role = replica; ${statement}`)
  const rowsOf = async (table: string) => (await execute(log.url, `select 1 from ${table}`)).length

  async function month() {
    const found = (await logMonths(services().store.read)).find((one) => one.month === FIRST_MONTH)
    return found ?? assert.fail('the month is gone')
  }

  async function assertNothingGone(): Promise<void> {
    assert.deepEqual(await log.indexes(), whole)
    for (const table of ['ancestor_charges', 'retention_statements', 'removed_outcomes'])
      assert.equal(await rowsOf(table), 0, table)
    assert.equal((await get(log, `/api/gates/${GATE}/public`)).retention, null)
  }

  test('a month that is to be kept is not due, and fewer than two months are never kept', async () => {
    assert.equal(ofFirstMonth(await run(log, 3)), 'not due')
    for (const keep of [1, 0, -1, 2.5, Number.NaN])
      await assert.rejects(run(log, keep), /at least two months/)
  })

  test('a receipt that is in no settlement, or in one that may still be voided', async () => {
    assert.equal(ofFirstMonth(await run(log)), 'hindered unsettled')
    const period = { period_type: 'monthly', period_start: '2031-01-01', period_end: '2031-01-31' }
    const settled = await log.call('POST', '/api/billing', { gate_id: GATE, ...period })
    assert.equal(ofFirstMonth(await run(log)), 'hindered unsettled')
    for (const status of ['invoiced', 'paid']) {
      await log.call('POST', `/api/billing/${settled.body.id}/status`, { status })
    }
    assert.equal(ofFirstMonth(await run(log)), 'hindered unsealed')
  })

  test('a chain that no checkpoint covers yet, and an approval that waits', async () => {
    assert.equal(ofFirstMonth(await foreseeRetention(services(), 2)), 'hindered unsealed')
    await log.seal()
    const [first] = await keptRecords(log)
    const { store } = services()
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
    await assertNothingGone()
  })

  test('older records in the default partition', async () => {
    const [stray] = await execute(log.url, 'select * from attestations where chain_index = 3 limit 1')
    const row = { ...stray, id: 'enf_stray', chain_id: 'gate_stray', sequence_key: 'pp_stray', created_at: 1 }
    await rewrite(`insert into attestations_default ${rowText(row)}`)
    assert.equal(ofFirstMonth(await foreseeRetention(services(), 2)), 'hindered older_records')
    assert.equal(ofFirstMonth(await run(log)), 'hindered older_records')
    await rewrite(`delete from attestations_default where id = 'enf_stray'`)
  })

  test('a chain whose later record lies in it, or whose earlier one does not', async () => {
    const move = (index: number, at: number) =>
      rewrite(
        `update attestations set created_at = ${at} where chain_id = '${GATE}' and chain_index = ${index}`,
      )
    const records = await keptRecords(log)
    for (const [index, at] of [
      [1, Date.UTC(2031, 2, 1)],
      [5, Date.UTC(2031, 2, 1)],
      [40, Date.UTC(2031, 0, 20)],
    ] as const) {
      await move(index, at)
      assert.equal(ofFirstMonth(await run(log)), 'hindered not_a_prefix', `record ${index}`)
      await move(index, records[index - 1]?.created_at ?? 0)
    }
  })

  test('a record that was tampered with', async () => {
    const change = (set: string) =>
      rewrite(`update attestations set ${set} where chain_id = '${GATE}' and chain_index = 5`)
    const [record] = (await keptRecords(log)).slice(4)
    await change(`signature = '${Buffer.alloc(64).toString('base64')}'`)
    assert.equal(ofFirstMonth(await run(log)), 'hindered unverified')
    await change(`signature = '${record?.signature}', chain_hash = '${'0'.repeat(64)}'`)
    assert.equal(ofFirstMonth(await run(log)), 'hindered unverified')
    await change(`chain_hash = '${record?.chain_hash}'`)
    await assertNothingGone()
  })

  test('records that are not verified yet: a run that is bounded leaves them to the next', async () => {
    assert.equal(ofFirstMonth(await run(log, 2, { records: 0, isPolite: false })), 'verifying')
    await assert.rejects(
      cutMonth(services().store.read, services().box, await month(), log.clock.at),
      /unverified/,
    )
    await assertNothingGone()
  })

  test('a record that went away after it was verified, and nothing of the cut stays', async () => {
    const { store, box } = services()
    const [record] = (await keptRecords(log)).slice(4)
    assert.equal(await verifyMonth(store, await month(), all()), true)
    await rewrite(`delete from attestations where chain_id = '${GATE}' and chain_index = 5`)
    await assert.rejects(cutMonth(store.read, box, await month(), log.clock.at), /unverified/)
    await rewrite(`insert into attestations ${rowText({ ...record })}`)
    await assertNothingGone()
  })

  test('a log that somebody reads for long: the cut gives up, and leaves everything as it was', async () => {
    await services()
      .store.read.transaction()
      .execute(async (reading) => {
        await reading.selectFrom('attestations').select('id').limit(1).execute()
        assert.equal(ofFirstMonth(await run(log)), 'hindered busy')
      })
    await assertNothingGone()
  })

  test('a log that somebody reads while months are made: nobody stands in another’s way', async () => {
    const { read } = services().store
    let makes: Promise<string[]> | undefined
    await read.transaction().execute(async (reading) => {
      // Where a cut waits that has read the log and does not shut anybody out yet.
      await sql`lock table retention_statements in exclusive mode`.execute(reading)
      const cuts = run(log)
      let isCutting = true
      void cuts.finally(() => {
        isCutting = false
      })
      const waits = async (many: number) => {
        while (isCutting && (await execute(log.url, WAITING)).length < many) await delay(5)
      }
      await waits(1)
      makes = makePartitions(read, Date.UTC(2041, 0))
      await waits(2)
      // Nobody holds what this reads: the time-out is for waiting for locks alone.
      await sql`set local lock_timeout = '200ms'`.execute(reading)
      await sql`select 1 from attestations_default`.execute(reading)
      assert.equal(ofFirstMonth(await cuts), 'hindered busy')
    })
    assert.equal((await makes)?.length, 4)
    await assertNothingGone()
  })

  test('nothing: two processes at it at once remove it once, and decisions go on beside them', async () => {
    const [one, two, ...spent] = await Promise.all([
      run(log),
      runRetention(log.two.app.services, 2, all()),
      ...Array.from({ length: 20 }, () => log.spend(1)),
    ])
    assert.equal(new Set(spent).size, 20)
    const became = [one, two].map(ofFirstMonth)
    // Whoever makes the next months beside decisions is in the way for a moment.
    while (!became.includes('removed')) {
      assert.ok(became.at(-1)?.endsWith('busy'), became.join())
      became.push(ofFirstMonth(await run(log)))
    }
    assert.equal((await log.indexes())[0], 25)
    // Refusals and receipts charged nothing.
    assert.equal(await rowsOf('ancestor_charges'), 23)
    assert.equal(await rowsOf('removed_outcomes'), 3)
    assert.equal(await rowsOf('retention_statements'), 3)
    assert.equal(ofFirstMonth(await run(log)), 'not due')
  })

  test('what is kept of a removed month can be changed as little as the log', async () => {
    for (const table of ['retention_statements', 'merkle_leaves', 'removed_outcomes']) {
      await assert.rejects(execute(log.url, `delete from ${table}`), /immutable/, table)
      await assert.rejects(execute(log.url, `update ${table} set chain_id = ''`), /immutable/, table)
      await assert.rejects(execute(log.url, `truncate ${table}`), /immutable/, table)
    }
  })

  test('a compromised key’s statement is believed no more, and the next key says the same at once', async () => {
    const [first] = await keptRecords(log)
    const verify = async () => {
      const { body } = await log.call('POST', `/api/attestations/${first?.id}/verify`)
      return [body.valid, body.reason, body.kept_from]
    }
    const stated = async () => (await get(log, `/api/gates/${GATE}/public`)).retention
    const { first_kept_index, signing_key_id } = await stated()
    log.clock.at += 1000
    const rotated = await log.call('POST', `/api/gates/${GATE}/keys/rotate`, { compromised: true })
    assert.equal(rotated.body.previous_key_id, signing_key_id)
    assert.deepEqual(
      [(await stated()).first_kept_index, (await stated()).signing_key_id],
      [first_kept_index, rotated.body.signing_key_id],
    )
    assert.deepEqual(await verify(), [true, null, 25])
    await rewrite(
      `update signing_keys set status = 'compromised' where id = '${rotated.body.signing_key_id}'`,
    )
    assert.deepEqual(await verify(), [false, 'predecessor_missing', null])
  })
})

function rowText(row: object): string {
  return `select * from json_populate_record(null::attestations, '${JSON.stringify(row).replaceAll("'", "''")}')`
}
