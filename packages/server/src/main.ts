import { readConfig } from './config.ts'
import { serve } from './serve.ts'

/** Runs a server in this process until it is told to stop. */
export async function main(env: Readonly<Record<string, string | undefined>> = process.env): Promise<void> {
  const server = await serve(readConfig(env))
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await server.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  const lines = [`Modei listens on ${server.address}`]
  if (server.first !== undefined && env.MODEI_BOOTSTRAP_API_KEY === undefined) {
    lines.push('', 'Your API key (shown this once, full access):', '', `  ${server.first.api_key}`, '')
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
}
