/**
 * Packs the SDK as it would be published and tries the package where it will be used: on every JavaScript runtime
 * that is on this machine, and with a TypeScript project that has nothing else. `node tools/test-packed-sdk.ts`
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { smokeServer } from '../packages/sdk/test/packed/smoke-server.ts'
import { build, pack } from './pack.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BIN = join(ROOT, 'node_modules/.bin')

/** How a runtime runs a file. To add one that runs files, add a line. */
const RUNTIMES: readonly { name: string; command: readonly string[] }[] = [
  { name: 'this Node', command: [process.execPath] },
  { name: "the system's Node", command: ['/usr/bin/node'] },
  { name: 'Bun', command: ['bun', 'run'] },
  { name: 'Deno', command: ['deno', 'run', '--allow-all', '--node-modules-dir=manual'] },
]

const SMOKE = ['smoke-esm.mjs', 'smoke-cjs.cjs', 'smoke-credentials.mjs', 'smoke-gate.mjs']

const MODULES: readonly (readonly string[])[] = [
  ['--module', 'nodenext'],
  ['--module', 'node16'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
]

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): void {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
}

function versionOf(command: string): string | undefined {
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim().split('\n', 1)[0] : undefined
}

/** Not `execFileSync`: the server that the smoke test calls lives in this process. */
function runBeside(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], timeout: 60_000 })
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')}: exit ${code}`)),
    )
  })
}

function installPacked(consumer: string): string {
  const tarball = pack(build('packages/sdk'), consumer)
  const installed = join(consumer, 'node_modules/modei')
  mkdirSync(installed, { recursive: true })
  // Deno finds only what a manifest asks for.
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ dependencies: { modei: '*' } }))
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  return installed
}

/** As ES modules and as CommonJS, in each way that TypeScript has of finding a package. */
function compileConsumer(project: string): void {
  for (const type of ['module', 'commonjs']) {
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type }))
    for (const options of MODULES) run(join(BIN, 'tsc'), ['-p', project, ...options])
  }
  console.log('the types compile without any other package')
}

async function smokeEverywhere(consumer: string): Promise<void> {
  await using server = await smokeServer()
  for (const { name, command } of RUNTIMES) {
    const [program = '', ...args] = command
    const version = versionOf(program)
    if (version === undefined) {
      console.log(`${name}: not here, not tried`)
      continue
    }
    for (const file of SMOKE) await runBeside(program, [...args, file, server.url], consumer)
    console.log(`${name} (${version}): works`)
  }
}

const consumer = mkdtempSync(join(tmpdir(), 'modei-packed-'))
try {
  const installed = installPacked(consumer)
  cpSync(join(ROOT, 'packages/sdk/test/packed'), consumer, { recursive: true })
  const env = { ...process.env, MODEI_PACKAGE: installed }
  run(process.execPath, ['--test', join(ROOT, 'packages/sdk/test/packed/published-files.ts')], { env })
  compileConsumer(join(consumer, 'consumer'))
  await smokeEverywhere(consumer)
} finally {
  rmSync(consumer, { recursive: true })
}
