/**
 * Runs what takes long: `npm run soak [-- NAME [SIZE]]`, every part at its full size unless told otherwise. Each part is
 * a file of `tools/soak/` and a process of its own, fails by its exit code and prints, last, one line of JSON; those
 * lines are printed together at the end.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

const PARTS = fileURLToPath(new URL('./soak/', import.meta.url))
const known = globSync('*.ts', { cwd: PARTS })
  .map((file) => file.slice(0, -'.ts'.length))
  .sort()

const [name, ...rest] = process.argv.slice(2)
if (name !== undefined && !known.includes(name)) {
  console.error(`there is no part ${name}: choose from ${known.join(', ')}`)
  process.exit(1)
}

/** Answers the last line that it printed. */
function run(part: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${PARTS}${part}.ts`, ...rest], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let last = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text)
      last = (last + text).slice(-10_000)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(last.trimEnd().split('\n').at(-1) ?? '')
      else reject(new Error(`${part} failed (${code ?? signal})`))
    })
  })
}

const results: string[] = []
for (const part of name === undefined ? known : [name]) {
  console.log(`\n== ${part}`)
  try {
    results.push(await run(part))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
const [cpu] = cpus()
console.log(`\nnode ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown processor'}`)
for (const result of results) console.log(result)
