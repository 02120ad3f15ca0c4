#!/usr/bin/env node
import { run } from '../src/index.ts'

// Whoever read the output has seen enough: `modei gates list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
process.exitCode = await run(process.argv.slice(2))
