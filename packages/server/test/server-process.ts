import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { processEnv } from './process-env.ts'

export interface ServerProcess {
  child: ChildProcess
  url: string
  /** All that it printed so far. */
  output(): string
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const MANIFEST = new URL('../../../package.json', import.meta.url)

/** What `npm start` gives Node, so that what is tested and measured is what runs. */
export const START_OPTIONS: readonly string[] =
  String(JSON.parse(readFileSync(MANIFEST, 'utf8')).scripts.start).match(/--\S+/g) ?? []

/** Starts the server as its own process and resolves when it listens, or rejects with what it printed. */
export function startProcess(env: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...START_OPTIONS, MAIN], {
    env: processEnv({ PORT: '0', LOG_LEVEL: 'silent', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString('utf8')
      const url = /listens on (\S+)/.exec(text)?.[1]
      if (url !== undefined) resolve({ child, url, output: () => text, exited })
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    void exited.then(({ code, signal }) => reject(new Error(`the server ended (${code ?? signal}): ${text}`)))
  })
}

/** Processes that it started and that are still there. */
export function workersOf({ child }: ServerProcess): number[] {
  try {
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    return children.trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
