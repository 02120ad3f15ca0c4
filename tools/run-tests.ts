/**
 * Runs the suites of all packages, tools and examples: `node tools/run-tests.ts [--postgres] [part of a path …]`.
 * With `--postgres` it runs those that start a server by the harness, and that server's database is on PostgreSQL.
 * Node's own runner calls a file without tests a success, and no file at all too; here both fail.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { startOwnPostgres } from '../packages/server/test/store/postgres-server.ts'
import { suiteProcesses } from './suite-processes.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SUITES = ['packages/*/{src,test}/**/*.test.ts', 'tools/**/*.test.ts', 'examples/**/*.test.ts']
const PER_TEST_MS = 120_000
const ALTOGETHER_MS = 15 * 60_000

const onPostgres = process.argv.includes('--postgres')
const wanted = process.argv.slice(2).filter((argument) => argument !== '--postgres')
const files = globSync(SUITES, { cwd: ROOT })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => `${ROOT}${file}`)
  .filter((file) => !onPostgres || readFileSync(file, 'utf8').includes('/harness.ts'))

// What one process compiled, the next ones need not: all of them run much the same code.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/compile')

const withTests = new Set<string>()
let failed = 0
let executed = 0

async function runProcesses(entries: readonly string[]): Promise<void> {
  const stream = run({
    files: [...entries],
    cwd: ROOT,
    // The limit of a whole process; that of a test is the later one of two flags.
    timeout: ALTOGETHER_MS,
    execArgv: [`--test-timeout=${PER_TEST_MS}`],
    signal: AbortSignal.timeout(ALTOGETHER_MS),
    // One more than the cores of the smallest machine: suites of races and outages wait more than they work.
    concurrency: 3,
  })
  // A file without tests is itself reported as one test that passed, under its own path.
  const seen = ({ file, name }: { file?: string | undefined; name?: string }) => {
    if (file !== undefined && (name === undefined || !file.endsWith(name))) withTests.add(file)
  }
  stream.on('test:pass', seen)
  stream.on('test:fail', (event) => {
    seen(event)
    failed += 1
  })
  stream.on('test:summary', (event) => {
    seen(event)
    if (event.file === undefined) executed += event.counts.passed
    if (!event.success) failed += 1
  })
  const report = stream.compose(spec)
  report.pipe(process.stdout, { end: false })
  await finished(report)
}

/** One PostgreSQL server for all suites of this run, unless one is given. @returns what stops it */
async function providePostgres(): Promise<() => Promise<void>> {
  const needed = onPostgres || files.some((file) => file.includes('/store/postgres'))
  if (!needed || (process.env.MODEI_TEST_DATABASE_URL ?? '') !== '') return async () => undefined
  // No suite cuts the power: those that halt their server have one of their own, which waits for its disk.
  const { url, stop } = await startOwnPostgres(['-c', 'max_connections=400', '-c', 'fsync=off'])
  process.env[onPostgres ? 'MODEI_TEST_DATABASE_URL' : 'MODEI_TEST_RUN_POSTGRES'] = url
  return stop
}

const directory = mkdtempSync(join(tmpdir(), 'modei-suites-'))
const stopPostgres = await providePostgres()
try {
  const processes = suiteProcesses(files, directory)
  if (processes.length > 0) await runProcesses(processes.map(({ entry }) => entry))
} finally {
  await stopPostgres()
  rmSync(directory, { recursive: true, force: true })
}
// Suites that several files run stand in files of their own, to which their tests are counted; who calls one is not empty.
const callsSuite = (file: string) => /^\s*(?:describeStore|rounds)\(/m.test(readFileSync(file, 'utf8'))
const empty = files
  .filter((file) => !withTests.has(file) && !callsSuite(file))
  .map((file) => relative(ROOT, file))
if (failed === 0 && empty.length > 0) console.error(`no test in: ${empty.join(', ')}`)
if (executed === 0) console.error('no test ran')
console.log(`\naltogether: ${executed} passed, ${failed} failed`)
// Not `exitCode`: the library that starts PostgreSQL ends the process with a code of its own.
process.exit(failed > 0 || empty.length > 0 || executed === 0 ? 1 : 0)
