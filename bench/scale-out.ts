/**
 * One and three server processes over one PostgreSQL (Debian's where it is installed, else that of the npm package,
 * with fsync, by its Unix socket), against the embedded engine in the same run, in turns: decisions against six limits,
 * chained, signed and on disk before the answer. No HTTP: what is measured is the store. Afterwards every record of
 * every chain is verified.
 * Accept on at least 8,000 decisions/s of three processes on an idle machine, and on one hot passport being as fast
 * as many; the load, the processes and the database share its cores.
 *
 *     npm run bench -- scale-out
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../packages/server/src/config.ts'
import { execute } from '../packages/server/test/store/postgres-server.ts'
import { startBenchPostgres } from './support/bench-postgres.ts'
import { type DecideProcesses, startProcesses } from './support/decide-processes.ts'
import { median, report } from './support/report.ts'
import { type Subjects, seedSubjects, verifyChains } from './support/store-subjects.ts'

const SECRET = 'a secret for benchmarks, of 32 characters or more'
/** Each contender has its turn so many times, so that a machine that changes its pace changes it for all. */
const TURNS = 2
const ROUNDS_OF_A_TURN = 2
const SECONDS = 4
/**
 * For all of them at first, and for each before its turn. What is compiled while it runs is as fast as it gets after some
 * hundred thousand decisions of each process, of which three share the cores: a server that has been running for a minute
 * is far beyond that. And a process that waited while others had their turn has given back memory and compiled code.
 */
const WARM_UP_SECONDS = 12
const IN_FLIGHT = 384
/** Of 16 MiB each, of which the database keeps some 136 to write over: about what a run writes. */
const LOG_FILES = 180

interface Contender {
  name: string
  processes: DecideProcesses
  subjects: Subjects
  hot: boolean
}

interface Round {
  per_second: number
  p50: number
  p99: number
  /** Processor time of the server processes for each decision: what a busy machine changes least. */
  cpu_us: number
}

const directory = mkdtempSync(join(tmpdir(), 'modei-bench-'))
const postgres = await startBenchPostgres(['shared_buffers=512MB', 'min_wal_size=4GB', 'max_wal_size=4GB'])
const embedded = { MODEI_DATA_DIR: directory, MODEI_SECRET_KEY: SECRET }
const shared = { DATABASE_URL: postgres.url, MODEI_SECRET_KEY: SECRET }
try {
  console.log(
    `load before: ${loadavg()
      .map((value) => value.toFixed(2))
      .join(' ')}`,
  )
  console.log(postgres.version)
  const own = await seedSubjects(readConfig(embedded))
  const common = await seedSubjects(readConfig(shared))
  const one = await startProcesses(1, embedded)
  const single = await startProcesses(1, shared)
  const three = await startProcesses(3, shared)
  const contenders: Contender[] = [
    { name: 'embedded, 1 process', processes: one, subjects: own, hot: false },
    { name: 'PostgreSQL, 1 process', processes: single, subjects: common, hot: false },
    { name: 'PostgreSQL, 3 processes', processes: three, subjects: common, hot: false },
    { name: 'PostgreSQL, 3 processes, one hot passport', processes: three, subjects: common, hot: true },
  ]
  const rounds = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]))
  await fillLogFiles()
  for (const contender of contenders) await runRound(contender, WARM_UP_SECONDS)
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const contender of contenders) {
      await runRound(contender, WARM_UP_SECONDS)
      for (let round = 0; round < ROUNDS_OF_A_TURN; round += 1) {
        rounds.get(contender.name)?.push(await runRound(contender, SECONDS))
      }
    }
  }
  for (const processes of [one, single, three]) await processes.stop()
  const medians = [...rounds].map(([name, all]) => ({
    name,
    'per second': Math.round(median(all.map((round) => round.per_second))),
    'p50 ms': Math.round(median(all.map((round) => round.p50)) * 10) / 10,
    'p99 ms': Math.round(median(all.map((round) => round.p99)) * 10) / 10,
    'CPU µs each': Math.round(median(all.map((round) => round.cpu_us))),
  }))
  console.table(medians)
  for (const [title, config] of [
    ['embedded', embedded],
    ['PostgreSQL', shared],
  ] as const) {
    const { chains, records } = await verifyChains(readConfig(config))
    console.log(`${title}: all ${records} records of ${chains} chains verified`)
  }
  const [reference, , measured] = medians
  report({
    name: 'scale_out',
    unit: 'decisions/s',
    value: measured?.['per second'] ?? Number.NaN,
    reference: reference?.['per second'] ?? Number.NaN,
  })
} finally {
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
}

/**
 * Leaves the database's log with files to write over, as they are on one that has been running for a while: a new one
 * makes each of them first, and writes everything twice.
 */
async function fillLogFiles(): Promise<void> {
  const fillOne = "select pg_logical_emit_message(false, 'bench', ''); select pg_switch_wal();"
  await execute(postgres.url, fillOne.repeat(LOG_FILES))
  await execute(postgres.url, 'checkpoint')
}

async function runRound({ processes, subjects, hot }: Contender, seconds: number): Promise<Round> {
  const { workspace_id, passport_ids } = subjects
  const { decisions, latencies, cpu_us } = await processes.decide({
    workspace_id,
    passport_ids: hot ? passport_ids.slice(0, 1) : passport_ids,
    seconds,
    in_flight: IN_FLIGHT,
  })
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    per_second: decisions / seconds,
    cpu_us: cpu_us / decisions,
    p50: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  }
}
