import cluster from 'node:cluster'
import { type Config, readConfig } from './config.ts'
import { migrateDatabase } from './open-store.ts'
import { createLogger, serve } from './serve.ts'
import { superviseWorkers } from './workers/supervise.ts'
import { collectFromAll, tellSupervisor } from './workers/worker.ts'

/** Runs a server until it is told to stop: in this process, or in as many workers as are set. */
export async function main(env: Readonly<Record<string, string | undefined>> = process.env): Promise<void> {
  const config = readConfig(env)
  if (cluster.isWorker) await runWorker(config)
  else if (config.MODEI_WORKERS > 1) await runWorkers(config)
  else await runAlone(config)
}

async function runAlone(config: Config): Promise<void> {
  const server = await serve(config)
  stopOnSignal(() => server.close())
  announce(config, server.address, server.first?.api_key)
}

async function runWorkers(config: Config): Promise<void> {
  if (config.DATABASE_URL === undefined) {
    throw new Error(
      'MODEI_WORKERS needs DATABASE_URL=postgres://…: the embedded database belongs to one process alone',
    )
  }
  await migrateDatabase(config)
  const supervised = await superviseWorkers({
    workers: config.MODEI_WORKERS,
    logger: createLogger(config),
    onHopeless: () => process.exit(1),
  })
  stopOnSignal(() => supervised.stop())
  announce(config, supervised.address, supervised.first_api_key)
}

async function runWorker(config: Config): Promise<void> {
  const server = await serve(config, createLogger(config), { collectFrom: collectFromAll })
  stopOnSignal(() => server.close())
  // Its supervisor is gone, and with it whoever would tell it to stop.
  process.once('disconnect', () => process.emit('SIGTERM'))
  tellSupervisor({ kind: 'listening', address: server.address, first_api_key: server.first?.api_key })
}

function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function announce(config: Config, address: string, firstKey: string | undefined): void {
  const lines = [`Modei listens on ${address}`]
  if (firstKey !== undefined && config.MODEI_BOOTSTRAP_API_KEY === undefined) {
    lines.push('', 'Your API key (shown this once, full access):', '', `  ${firstKey}`, '')
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
}
