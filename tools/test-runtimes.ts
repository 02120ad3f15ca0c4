/**
 * The same verdicts on every JavaScript runtime: the vectors of signatures and passports, and the packed SDK, on
 * Node 20, Node 24, Bun and Deno. Fetches Bun and Deno from npm where they are missing. `node tools/test-runtimes.ts`
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeRuntimeSuites } from './runtime-suites.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FROM_NPM = { bun: '1.4.5', deno: '2.9.6' }

interface Runtime {
  name: string
  /** What `--version` prints first. */
  version: RegExp
  programs: readonly string[]
  args: readonly string[]
}

const RUNTIMES: readonly Runtime[] = [
  { name: 'Node 24', version: /^v24\./, programs: [process.execPath], args: [] },
  // npm puts the project's own Node first, so the machine's is asked for by its usual places too.
  { name: 'Node 20', version: /^v20\./, programs: [...onPath('node'), '/usr/bin/node'], args: [] },
  { name: 'Bun', version: /^1\./, programs: ['bun'], args: ['run'] },
  { name: 'Deno', version: /^deno 2\./, programs: ['deno'], args: ['run', '--allow-all'] },
]

function onPath(program: string): string[] {
  return (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, program))
}

function versionOf(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', env })
  return status === 0 ? stdout.trim().split('\n', 1)[0] : undefined
}

/** A PATH on which Bun and Deno are. */
function withBunAndDeno(directory: string): NodeJS.ProcessEnv {
  const wanted = Object.entries(FROM_NPM).filter(([name]) => versionOf(name, process.env) === undefined)
  if (wanted.length === 0) return process.env
  mkdirSync(directory)
  // A manifest of its own, so that npm finds no other project above.
  writeFileSync(join(directory, 'package.json'), '{"private":true}')
  const packages = wanted.map(([name, version]) => `${name}@${version}`)
  execFileSync(
    'npm',
    ['install', '--prefix', directory, '--silent', '--no-audit', '--no-fund', ...packages],
    {
      cwd: directory,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const bin = join(directory, 'node_modules/.bin')
  return { ...process.env, PATH: `${process.env.PATH ?? ''}${delimiter}${bin}` }
}

/** Answers whether the runtime is there. */
function judge({ name, version, programs, args }: Runtime, file: string, env: NodeJS.ProcessEnv): boolean {
  const program = programs.find((one) => version.test(versionOf(one, env) ?? ''))
  if (program === undefined) {
    console.error(`\n*** ${name} is NOT on this machine: nothing was tried on it ***\n`)
    return false
  }
  console.log(`${name} (${versionOf(program, env)}):`)
  execFileSync(program, [...args, file], { env, stdio: ['ignore', 'inherit', 'inherit'], timeout: 120_000 })
  return true
}

const directory = mkdtempSync(join(tmpdir(), 'modei-runtimes-'))
try {
  const env = withBunAndDeno(join(directory, 'npm'))
  await writeRuntimeSuites(directory)
  const missing = RUNTIMES.filter((runtime) => !judge(runtime, join(directory, 'verdicts.mjs'), env))
  execFileSync(process.execPath, [join(ROOT, 'tools/test-packed-sdk.ts')], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const names = missing.map(({ name }) => name)
  // Node 20 comes with the machine and from no registry; whoever lacks it is told, but may go on.
  const mayLack = process.env.CI === undefined ? ['Node 20'] : []
  const lacking = names.filter((name) => !mayLack.includes(name))
  if (lacking.length > 0) throw new Error(`not tried: ${lacking.join(', ')}`)
  console.log(`same verdicts on ${RUNTIMES.length - missing.length} of ${RUNTIMES.length} runtimes`)
} finally {
  rmSync(directory, { recursive: true })
}
