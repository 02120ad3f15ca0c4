/**
 * Packs what is published, installs it into an empty directory as a user would, and runs the commands there.
 * `node tools/test-packed-commands.ts`; the tests themselves are in `tools/packed`.
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packAll } from './pack.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BIN = join(ROOT, 'node_modules/.bin')

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
}

const directory = mkdtempSync(join(tmpdir(), 'modei-commands-'))
try {
  const packed = packAll(directory)
  for (const { dist } of packed) run(join(BIN, 'publint'), [dist, '--strict'])
  // Those with a library are tried as one; `modei-mcp` is a command alone.
  for (const { dist } of packed.filter(({ dist }) => !dist.includes('/mcp/'))) {
    const modules = dist.includes('/cli/') ? ['--profile', 'esm-only'] : []
    run(join(BIN, 'attw'), ['--pack', dist, '--quiet', ...modules])
  }
  writeFileSync(join(directory, 'package.json'), '{}')
  // Without the network: they need no other package.
  const tarballs = packed.map(({ tarball }) => tarball)
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], {
    cwd: directory,
  })
  run(process.execPath, ['--test', '--test-timeout=120000', ...globSync(`${ROOT}tools/packed/*.suite.ts`)], {
    env: { ...process.env, MODEI_INSTALLED: directory },
  })
} finally {
  rmSync(directory, { recursive: true })
}
