import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** A server already runs on the data directory. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse'
}

export function ensureDataDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
}

/**
 * Takes the data directory for this process. A lock left by a process that died is taken over.
 * @returns a function that gives it back
 * @throws {DataDirectoryInUse} while another process holds it
 */
export function lockDataDirectory(directory: string): () => void {
  const file = join(directory, 'server.lock')
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const handle = openSync(file, 'wx', 0o600)
      writeFileSync(handle, `${process.pid} ${startedAt(process.pid) ?? ''}\n`)
      closeSync(handle)
      return () => unlinkSync(file)
    } catch (error) {
      if (!isExists(error)) throw error
      const [pid, started] = readLock(file)
      if (pid !== undefined && isRunning(pid, started)) {
        throw new DataDirectoryInUse(
          `another Modei server (process ${pid}) already runs on ${directory}: stop it, or set MODEI_DATA_DIR to another directory`,
        )
      }
      unlinkSync(file)
    }
  }
  throw new DataDirectoryInUse(`the lock ${file} could not be taken`)
}

function isExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

function readLock(file: string): [pid: number | undefined, started: string] {
  try {
    const [pid = '', started = ''] = readFileSync(file, 'utf8').trim().split(' ')
    return [/^\d+$/.test(pid) ? Number(pid) : undefined, started]
  } catch {
    return [undefined, '']
  }
}

/** A pid is used again after a reboot, so the start time, where the system tells it, must agree too. */
function isRunning(pid: number, started: string): boolean {
  if (pid === process.pid) return startedAt(pid) === started
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  const now = startedAt(pid)
  return started === '' || now === undefined || now === started
}

/** Clock ticks since boot at which a process started, on Linux. */
function startedAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** The master secret of an embedded server: made at its first start, in a file that only its owner reads. */
export function readOrMakeSecret(directory: string): string {
  const file = join(directory, 'secret.key')
  if (existsSync(file)) {
    chmodSync(file, 0o600)
    const secret = readFileSync(file, 'utf8').trim()
    if (secret.length < 32) throw new Error(`${file} holds no usable secret`)
    return secret
  }
  const secret = randomBytes(32).toString('hex')
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}
