import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface EchoServer extends AsyncDisposable {
  url: string
  child: ChildProcess
}

const ECHO = fileURLToPath(new URL('./echo-server.ts', import.meta.url))

/** Starts the yardstick in its own process, as the server has its own. */
export async function startEcho(): Promise<EchoServer> {
  const child = spawn(process.execPath, [ECHO], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the echo server ended (${code})`))),
  ])
  const url = /http:\S+/.exec(String(printed))?.[0]
  if (url === undefined) throw new Error(`the echo server printed ${printed}`)
  return {
    url,
    child,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}
