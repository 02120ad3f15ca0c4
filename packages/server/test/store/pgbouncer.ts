import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './postgres-server.ts'
import { postgresUser } from './postgres-user.ts'

/** Where pgbouncer is installed, if it is. */
export function findPgbouncer(): string | undefined {
  return ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find((file) =>
    existsSync(file),
  )
}

export interface Pooler {
  /** The address of a database of the server behind it, by way of the pooler. */
  through(url: string): string
  stop(): Promise<void>
}

/** Starts pgbouncer in transaction mode, with few connections to share, before the server at `url`. */
export async function startPgbouncer(binary: string, url: string): Promise<Pooler> {
  const server = new URL(url)
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'modei-pgbouncer-'))
  chmodSync(directory, 0o755)
  const file = join(directory, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${server.hostname} port=${server.port} user=${server.username} password=${server.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
server_reset_query =
`,
    { mode: 0o644 },
  )
  const child = spawn(binary, ['-q', file], { stdio: ['ignore', 'ignore', 'pipe'], ...postgresUser() })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  for (let attempt = 0; !(await answers(port)); attempt += 1) {
    if (attempt === 50 || child.exitCode !== null) throw new Error(`pgbouncer did not start: ${said}`)
    await delay(100)
  }
  return {
    through(database) {
      const way = new URL(database)
      way.port = String(port)
      return way.href
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
