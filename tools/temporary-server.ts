import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, startProcess } from '../packages/server/test/server-process.ts'

export interface TemporaryServer extends AsyncDisposable {
  url: string
  /** A key with full access. */
  apiKey: string
  process: ServerProcess
}

const API_KEY = `mod_live_${'temporary-server-'.repeat(3)}`

/** A real server in its own process, on a free port and an empty data directory that goes with it. */
export async function temporaryServer(settings: Record<string, string> = {}): Promise<TemporaryServer> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-temporary-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    const MODEI_DATA_DIR = join(directory, 'data')
    const running = await startProcess({ MODEI_DATA_DIR, MODEI_BOOTSTRAP_API_KEY: API_KEY, ...settings })
    return {
      url: running.url.replace('//localhost:', '//127.0.0.1:'),
      apiKey: API_KEY,
      process: running,
      async [Symbol.asyncDispose]() {
        running.child.kill('SIGTERM')
        await running.exited
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
