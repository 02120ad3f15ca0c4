import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execute, freePort, startOwnPostgres } from '../../packages/server/test/store/postgres-server.ts'
import { postgresUser } from '../../packages/server/test/store/postgres-user.ts'

export interface BenchPostgres {
  /** Of its socket, as a server on the same machine reaches it. */
  url: string
  /** What it says of itself. */
  version: string
  stop(): Promise<void>
}

const START_MS = 30_000
const START_STEP_MS = 50

/**
 * A server in a new directory, with a real fsync: of the newest PostgreSQL that Debian's packages installed, which is
 * built for speed and has LZ4 as those that people run, else of the npm package, which is built to be small.
 * @param settings as in `shared_buffers=512MB`
 */
export async function startBenchPostgres(settings: readonly string[]): Promise<BenchPostgres> {
  const flags = [...settings, `unix_socket_directories=${tmpdir()}`].flatMap((setting) => ['-c', setting])
  const bin = installedPostgres()
  const { url: address, stop } =
    bin === undefined ? await startOwnPostgres(flags) : await startInstalled(bin, flags)
  const url = `${address}?host=${encodeURIComponent(tmpdir())}`
  const [row] = await execute(url, 'select version() as version')
  return { url, version: String(row?.version), stop }
}

/** The directory of its programs, if one of version 15 or newer is there. */
function installedPostgres(): string | undefined {
  const version = (path: string) => Number(path.split('/').at(-2))
  return globSync('/usr/lib/postgresql/*/bin')
    .filter((path) => version(path) >= 15 && existsSync(join(path, 'initdb')))
    .sort((a, b) => version(a) - version(b))
    .at(-1)
}

async function startInstalled(
  bin: string,
  flags: readonly string[],
): Promise<Omit<BenchPostgres, 'version'>> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-bench-postgres-'))
  const user = postgresUser()
  if (user !== undefined) chownSync(directory, user.uid, user.gid)
  const options = { ...user, stdio: 'ignore' as const, cwd: directory }
  const init = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C']
  execFileSync(join(bin, 'initdb'), ['-D', directory, ...init], options)
  const port = await freePort()
  const listen = ['-p', `${port}`, '-c', 'listen_addresses=127.0.0.1']
  const server = spawn(join(bin, 'postgres'), ['-D', directory, ...listen, ...flags], options)
  const stop = async () => {
    await ended(server)
    rmSync(directory, { recursive: true, force: true })
  }
  const url = `postgres://postgres:trusted@127.0.0.1:${port}/postgres`
  try {
    await answering(url, server)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let waited = 0; ; waited += START_STEP_MS) {
    try {
      await execute(url, 'select 1')
      return
    } catch (error) {
      if (server.exitCode !== null || waited > START_MS) throw error
      await delay(START_STEP_MS)
    }
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  const exit = new Promise((resolve) => server.once('exit', resolve))
  // A fast shutdown.
  server.kill('SIGINT')
  await exit
}
