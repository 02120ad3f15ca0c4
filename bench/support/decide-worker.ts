/** A server process without its HTTP: decides as fast as it can on its store while it is told to. Started by fork. */
import { pino } from 'pino'
import { createApp } from '../../packages/server/src/app.ts'
import { readConfig } from '../../packages/server/src/config.ts'
import { openStore } from '../../packages/server/src/open-store.ts'
import { enforceAction } from '../../packages/server/src/services/enforce-action.ts'

export interface WorkerOrder {
  workspace_id: string
  passport_ids: readonly string[]
  seconds: number
  /** Requests that wait for their answer at any time. */
  in_flight: number
}

export interface WorkerResult {
  decisions: number
  /** Milliseconds from request to answer, one in sixteen. */
  latencies: number[]
  /** Processor time of this process, in microseconds. */
  cpu_us: number
}

const config = readConfig(process.env)
const { store, box } = await openStore(config)
const { services, close } = createApp({ store, box, config, logger: pino({ level: 'silent' }) })

async function decide(order: WorkerOrder): Promise<WorkerResult> {
  const caller = {
    workspace_id: order.workspace_id,
    mode: 'live' as const,
    key_id: 'key_bench',
    scopes: ['admin:*'],
  }
  const cpu = process.cpuUsage()
  const until = performance.now() + order.seconds * 1000
  const latencies: number[] = []
  let decisions = 0
  const loop = async (offset: number) => {
    for (let turn = offset; performance.now() < until; turn += order.in_flight) {
      const started = performance.now()
      const { decision } = await enforceAction(
        services,
        caller,
        {
          passport_id: order.passport_ids[turn % order.passport_ids.length],
          action: 'flights:book',
          target: 'https://api.example.com/v2/bookings',
          cost_cents: 900,
        },
        null,
      )
      if (decision !== 'allow') throw new Error(`the load was refused: ${decision}`)
      decisions += 1
      if (decisions % 16 === 0) latencies.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: order.in_flight }, (_, offset) => loop(offset)))
  const { user, system } = process.cpuUsage(cpu)
  return { decisions, latencies, cpu_us: user + system }
}

process.on('message', (order: WorkerOrder | 'close') => {
  if (order === 'close') {
    void close().then(() => process.disconnect())
    return
  }
  decide(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.send?.('ready')
