import assert from 'node:assert/strict'
import { type ServerProcess, startProcess } from '../server-process.ts'
import { freePort } from '../store/postgres-server.ts'

/** A server process that keeps its address over restarts. */
export interface ServerSlot {
  url: string
  /** Ends it as a crash does. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends it as an operator does, and sees that it went well. */
  stop(): Promise<void>
}

export async function startSlot(env: Record<string, string>): Promise<ServerSlot> {
  const port = await freePort()
  const start = () => startProcess({ HOST: '127.0.0.1', ...env, PORT: String(port) })
  let running: ServerProcess | undefined = await start()
  return {
    url: `http://127.0.0.1:${port}`,
    async kill() {
      running?.child.kill('SIGKILL')
      assert.deepEqual(await running?.exited, { code: null, signal: 'SIGKILL' })
      running = undefined
    },
    async start() {
      running = await start()
    },
    async stop() {
      running?.child.kill('SIGTERM')
      assert.deepEqual((await running?.exited) ?? { code: 0, signal: null }, { code: 0, signal: null })
      running = undefined
    },
  }
}
