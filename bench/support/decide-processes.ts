import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { START_OPTIONS } from '../../packages/server/test/server-process.ts'
import type { WorkerOrder, WorkerResult } from './decide-worker.ts'

const WORKER = fileURLToPath(new URL('./decide-worker.ts', import.meta.url))

/** Processes that decide on one store. */
export interface DecideProcesses {
  /** All of them decide at once, sharing what is in flight evenly. */
  decide(order: WorkerOrder): Promise<WorkerResult>
  stop(): Promise<void>
}

export async function startProcesses(
  count: number,
  env: Readonly<Record<string, string>>,
): Promise<DecideProcesses> {
  const children = await Promise.all(Array.from({ length: count }, () => start(env)))
  return {
    async decide(order) {
      const share = { ...order, in_flight: Math.ceil(order.in_flight / count) }
      const results = await Promise.all(
        children.map((child) => {
          const answer = message<WorkerResult>(child)
          child.send(share)
          return answer
        }),
      )
      return {
        decisions: results.reduce((sum, { decisions }) => sum + decisions, 0),
        latencies: results.flatMap(({ latencies }) => latencies),
        cpu_us: results.reduce((sum, { cpu_us }) => sum + cpu_us, 0),
      }
    },
    async stop() {
      await Promise.all(
        children.map((child) => {
          const ended = new Promise((resolve) => child.once('exit', resolve))
          child.send('close')
          return ended
        }),
      )
    },
  }
}

async function start(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = fork(WORKER, {
    // As a server starts.
    execArgv: [...START_OPTIONS],
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  await message(child)
  return child
}

/** The child's next message; its end is a failure of the benchmark. */
function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the benchmark ended (${code})`))
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      // The worker sends what its type says.
      resolve(answer as T)
    })
  })
}
