import { run } from './program.ts'

/** Runs the command line of this process. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever read the output has seen enough: `modei gates list | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  process.exitCode = await run(argv)
}
