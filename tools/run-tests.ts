/**
 * Runs the suites of all packages, tools and examples: `node tools/run-tests.ts [part of a path …]`.
 * Node's own runner calls a file without tests a success, and no file at all too; here both fail.
 */
import { globSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SUITES = ['packages/*/{src,test}/**/*.test.ts', 'tools/**/*.test.ts', 'examples/**/*.test.ts']
const PER_TEST_MS = 120_000
const ALTOGETHER_MS = 15 * 60_000

const wanted = process.argv.slice(2)
const files = globSync(SUITES, { cwd: ROOT })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => `${ROOT}${file}`)

/** What has no clock, files or processes of its own shares one process: starting one costs more than such a suite. */
const isPure = (file: string) => /packages\/(?:protocol|core)\//.test(relative(ROOT, file))

const withTests = new Set<string>()
let failed = 0
let executed = 0

async function runFiles(group: readonly string[], isolation: 'none' | 'process'): Promise<void> {
  if (group.length === 0) return
  const signal = AbortSignal.timeout(ALTOGETHER_MS)
  // Two at a time: some of the suites start servers of their own, and the smallest machine has two cores.
  const common = { files: [...group], cwd: ROOT, timeout: PER_TEST_MS, signal }
  const stream = run(
    isolation === 'none' ? { ...common, isolation } : { ...common, isolation, concurrency: 2 },
  )
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
  const ended = new Promise<void>((resolve) => stream.once('end', resolve))
  stream.compose(spec).pipe(process.stdout, { end: false })
  await ended
}

await Promise.all([
  runFiles(
    files.filter((file) => !isPure(file)),
    'process',
  ),
  runFiles(
    files.filter((file) => isPure(file)),
    'none',
  ),
])
// The store's suite stands in a file of its own, to which its tests are counted; who calls it is not empty.
const callsSuite = (file: string) => readFileSync(file, 'utf8').includes('describeStore(')
const empty = files
  .filter((file) => !withTests.has(file) && !callsSuite(file))
  .map((file) => relative(ROOT, file))
if (failed === 0 && empty.length > 0) console.error(`no test in: ${empty.join(', ')}`)
if (executed === 0) console.error('no test ran')
if (failed > 0 || empty.length > 0 || executed === 0) process.exitCode = 1
console.log(`\naltogether: ${executed} passed, ${failed} failed`)
