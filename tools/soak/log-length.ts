/**
 * Whether a decision over a long log costs what it costs over an empty one: two embedded servers with the same gates and
 * passports, one log filled first, loaded in turns in the same run. `npm run soak -- log-length [ROWS]`, ten million
 * unless told otherwise, which takes about 2 KiB of disk for each.
 */
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issuePassports } from '../../bench/support/gates-and-passports.ts'
import { jsonCaller } from '../../bench/support/json-caller.ts'
import { type Load, loadInTurns, loadRound } from '../../bench/support/load.ts'
import { median } from '../../bench/support/report.ts'
import { type ServerProcess, startProcess } from '../../packages/server/test/server-process.ts'
import { fillLog } from './support/fill-log.ts'
import { soakResult, soakSize } from './support/soak-result.ts'

const ROUNDS = 7
const WARM_UP_SECONDS = 4
const KEY = `mod_live_${'log-length-'.repeat(4)}`
const LEAST_RATIO = 0.9
/** A shorter log is no long one. */
const JUDGED_FROM = 1_000_000
const BYTES_PER_ROW = 2_500
/** Few, for each is told of in every record, and records of twice the size would need a disk of twice the size. */
const LIMITS = { 'core:rate:max_per_minute': 1_000_000_000, 'core:cost:max_per_day': 1_000_000_000_000 }

const rows = soakSize(10_000_000, 1)
const directory = mkdtempSync(join(tmpdir(), 'modei-log-length-'))
const { bavail, bsize } = statfsSync(directory)
if (bavail * bsize < rows * BYTES_PER_ROW) {
  console.error(
    `${rows} rows may need ${Math.round((rows * BYTES_PER_ROW) / 2 ** 30)} GiB, and there is less`,
  )
}
const running: ServerProcess[] = []
try {
  const full = join(directory, 'full')
  await prepare(full)
  const started = performance.now()
  fillLog(join(full, 'modei.db'), rows, (done) => {
    if (done % 1_000_000 === 0) console.log(`${done.toLocaleString('en')} rows`)
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  const empty = join(directory, 'empty')
  await prepare(empty)
  const loads = new Map([
    ['empty', await open(empty)],
    ['full', await open(full)],
  ])
  for (const load of loads.values()) await loadRound(load, WARM_UP_SECONDS)
  const rounds = await loadInTurns(loads, ROUNDS)
  const rate = (name: string) => Math.round(median((rounds.get(name) ?? []).map((one) => one.per_second)))
  const cpu = (name: string) => Math.round(median((rounds.get(name) ?? []).map((one) => one.cpu_us)))
  const p99 = (name: string) => median((rounds.get(name) ?? []).map((one) => one.p99))
  const ratio = Math.round((rate('full') / rate('empty')) * 1000) / 1000
  await verifyLast()
  soakResult('log-length', {
    rows,
    full_per_second: rate('full'),
    empty_per_second: rate('empty'),
    ratio,
    full_cpu_us: cpu('full'),
    empty_cpu_us: cpu('empty'),
    full_p99_ms: p99('full'),
    empty_p99_ms: p99('empty'),
    fill_seconds: seconds,
    mib: Math.round(statSync(join(full, 'modei.db')).size / 2 ** 20),
  })
  if (rows >= JUDGED_FROM && !(ratio >= LEAST_RATIO)) {
    console.error(`a long log costs too much: its rate may be ${LEAST_RATIO} of an empty one's at least`)
    process.exitCode = 1
  }
} finally {
  for (const { child, exited } of running) {
    child.kill('SIGTERM')
    await exited
  }
  rmSync(directory, { recursive: true, force: true })
}

function settings(data: string): Record<string, string> {
  return { MODEI_DATA_DIR: data, MODEI_BOOTSTRAP_API_KEY: KEY, HOST: '127.0.0.1' }
}

/** Gates, passports and one decision of each, in a data directory whose server is stopped again. */
async function prepare(data: string): Promise<void> {
  const { url, child, exited } = await startProcess(settings(data))
  const call = jsonCaller(url, KEY)
  for (const { passport_id } of await issuePassports(call, LIMITS))
    await call('POST', '/api/enforce', body(passport_id))
  child.kill('SIGTERM')
  await exited
}

async function open(data: string): Promise<Load> {
  const server = await startProcess(settings(data))
  running.push(server)
  const call = jsonCaller(server.url, KEY)
  const requests = []
  for (let gate = 0; gate < 20; gate += 1) {
    for (const one of Object.values(await call('GET', `/api/gates/gate_bench-${gate}/passports`))) {
      requests.push({ path: '/api/enforce', body: body(String(Object(one).passport_id)) })
    }
  }
  return { url: server.url, pid: server.child.pid, apiKey: KEY, requests }
}

function body(passport_id: string): object {
  return { passport_id, action: 'flights:book', target: 'https://api.example.com/v2/bookings', cost_cents: 1 }
}

/** What was decided over the long log verifies against the record before it. */
async function verifyLast(): Promise<void> {
  const [, server] = running
  const call = jsonCaller(server?.url ?? '', KEY)
  const [last] = Object.values(await call('GET', '/api/gates/gate_bench-0/attestations?limit=1'))
  const id = String(Object(last).attestation_id)
  const { valid, reason } = await call('POST', `/api/attestations/${id}/verify`)
  if (valid !== true) throw new Error(`the record ${id} does not verify: ${reason}`)
  if (Number(Object(last).chain_index) < rows / 20) throw new Error('the log is not as long as it should be')
}
