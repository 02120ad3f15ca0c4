import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** The directory in which the packed packages are installed. */
export const INSTALLED =
  process.env.MODEI_INSTALLED ?? assert.fail('MODEI_INSTALLED names the directory of the packages')

/** An installed command, as a file. */
export function command(name: string): string {
  return join(INSTALLED, 'node_modules/.bin', name)
}

/** Runs a command with no settings but those given, `modei` for instance as `npx modei` does. */
export function npx(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', ...args], {
    cwd: INSTALLED,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', npm_config_update_notifier: 'false', ...env },
  })
  return { status, stdout, stderr }
}

/** An empty directory that is gone after the test. */
export function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'modei-packed-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The installed server, as a process group of its own: signals go to all of it, as from a terminal. */
export async function serve(
  t: TestContext,
  [program, ...args]: readonly [string, ...string[]],
  data: string,
  env: Record<string, string> = {},
) {
  const child = spawn(program, [...args, 'serve'], {
    cwd: INSTALLED,
    detached: true,
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: '/nonexistent', npm_config_update_notifier: 'false' },
      ...{ PORT: '0', LOG_LEVEL: 'silent', MODEI_DATA_DIR: data },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const signal = (name: NodeJS.Signals) => process.kill(-(child.pid ?? assert.fail('it did not start')), name)
  t.after(() => {
    try {
      signal('SIGKILL')
    } catch {
      // Nothing of it is left.
    }
  })
  const closed = once(child, 'close')
  let output = ''
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += text
    // What it prints when it is ready, the key too, is one write.
    if (/listens on \S+\n/.test(output)) break
  }
  child.stdout.resume()
  return {
    url: /listens on (\S+)/.exec(output)?.[1] ?? assert.fail(output),
    /** The first key, which only the first start tells. */
    key: /mod_live_\w+/.exec(output)?.[0] ?? '',
    signal,
    /** Resolves when nothing of it is left. */
    closed: closed.then(([code]): unknown => code),
  }
}
