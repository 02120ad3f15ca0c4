/**
 * Runs benchmarks, each in a process of its own: `npm run bench [-- NAME …]`. Each prints its table and, last, one line
 * of JSON; those lines are printed together at the end. Ratios are safe to compare between machines, values are not.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

const BENCH = fileURLToPath(new URL('../bench/', import.meta.url))
const known = globSync('*.ts', { cwd: BENCH })
  .map((file) => file.slice(0, -'.ts'.length))
  .sort()
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}: choose from ${known.join(', ')}`)
  process.exit(1)
}

const results: Record<string, unknown>[] = []
for (const name of wanted.length === 0 ? known : wanted) {
  console.log(`\n== ${name}`)
  const { status, stdout } = spawnSync(process.execPath, [`${BENCH}${name}.ts`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.stdout.write(stdout)
  if (status !== 0) {
    console.error(`${name} failed`)
    process.exit(1)
  }
  results.push(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''))
}

const [cpu] = cpus()
console.log(`\nnode ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown processor'}`)
for (const result of results) console.log(JSON.stringify(result))
