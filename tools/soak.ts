/**
 * Runs what takes long: `npm run soak [-- NAME [SIZE]]`, every part at its full size unless told otherwise. Each part is
 * a file of `tools/soak/` and a process of its own, fails by its exit code and prints one line of JSON; those lines are
 * printed together at the end. Each fault is a part of its own too.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { cpus } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { FAULT_PARTS } from './soak/support/fault-parts.ts'

const PARTS = fileURLToPath(new URL('./soak/', import.meta.url))
const known = globSync('*.ts', { cwd: PARTS })
  .map((file) => file.slice(0, -'.ts'.length))
  .sort()
const faults = Object.keys(FAULT_PARTS)

const [name, ...rest] = process.argv.slice(2)
if (name !== undefined && !known.includes(name) && !faults.includes(name)) {
  console.error(`there is no part ${name}: choose from ${[...known, ...faults].join(', ')}`)
  process.exit(1)
}

const results: string[] = []

function run(part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const [file, ...words] = faults.includes(part) ? ['faults', part] : [part]
    const child = spawn(process.execPath, [`${PARTS}${file}.ts`, ...words, ...rest], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      console.log(line)
      if (line.startsWith('{"part":')) lines.push(line)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      results.push(...lines)
      if (code === 0) resolve()
      else reject(new Error(`${part} failed (${code ?? signal})`))
    })
  })
}

for (const part of name === undefined ? known : [name]) {
  console.log(`\n== ${part}`)
  try {
    await run(part)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
const [cpu] = cpus()
console.log(`\nnode ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown processor'}`)
for (const result of results) console.log(result)
