/**
 * `modei audit verify` over a large export, in a process of its own: it must find a whole log whole in memory that does
 * not grow, and name the first bad record of broken ones, wherever it stands.
 * `npm run soak -- audit [RECORDS]`, a million unless told otherwise. Linux only, for it reads the process's memory there.
 */
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { residentMemory } from '../../bench/support/resident-memory.ts'
import { signedExport, writeSignedExport } from '../../packages/cli/test/signed-export.ts'
import { soakResult, soakSize } from './support/soak-result.ts'

const BIN = fileURLToPath(new URL('../../packages/sdk/bin/modei.js', import.meta.url))
/** Node itself, the program, and what waits to be verified. A log that was held in memory would need far more. */
const MAX_MIB = 400
const SAMPLE_MS = 50
/** Broken copies are shorter: they are many. */
const BROKEN_SHARE = 0.2

const records = soakSize(1_000_000, 1000)

interface Run {
  verdict: {
    ok: boolean
    records: number
    fault?: { at: number; reason: string }
  }
  seconds: number
  peak_mib: number
}

function verify(file: string): Promise<Run> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, 'audit', 'verify', file, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    let peak = 0
    const timer = setInterval(() => {
      // Not a number once it has ended.
      const mib = residentMemory(child.pid)
      if (mib > peak) peak = mib
    }, SAMPLE_MS)
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.on('exit', () => clearInterval(timer))
    child.on('error', reject)
    child.on('close', () => {
      try {
        resolve({
          verdict: JSON.parse(stdout),
          seconds: (performance.now() - started) / 1000,
          peak_mib: peak,
        })
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** Copies the first lines of an export; `change` answers what stands in a line's place. */
async function copy(
  from: string,
  to: string,
  count: number,
  change: (line: string, index: number) => string[],
): Promise<void> {
  async function* lines() {
    let index = 0
    for await (const line of createInterface({ input: createReadStream(from) })) {
      index += 1
      if (index > count) return
      for (const text of change(line, index)) yield `${text}\n`
    }
  }
  await pipeline(Readable.from(lines(), { highWaterMark: 1024 }), createWriteStream(to))
  writeFileSync(`${to}.keys.json`, JSON.stringify(signedExport(0).keys))
}

function assertFault({ verdict }: Run, at: number, reason: string, name: string): void {
  const { ok, fault } = verdict
  if (ok || fault?.at !== at || fault.reason !== reason) {
    throw new Error(`${name}: expected ${reason} at ${at}, not ${JSON.stringify(verdict)}`)
  }
  console.log(`${name}: found at ${at.toLocaleString('en')}`)
}

const directory = mkdtempSync(join(tmpdir(), 'modei-audit-'))
try {
  const whole = join(directory, 'whole.jsonl')
  const broken = join(directory, 'broken.jsonl')
  await writeSignedExport(whole, records)
  const mib = statSync(whole).size / 2 ** 20
  const run = await verify(whole)
  if (!run.verdict.ok || run.verdict.records !== records) throw new Error(JSON.stringify(run.verdict))
  console.log(
    `${records.toLocaleString('en')} records (${Math.round(mib)} MiB) verified: ` +
      `${Math.round(records / run.seconds).toLocaleString('en')}/s, at most ${Math.round(run.peak_mib)} MiB of memory`,
  )
  if (!(run.peak_mib > 0 && run.peak_mib <= MAX_MIB)) {
    throw new Error(`memory is not bounded: it may be at most ${MAX_MIB} MiB`)
  }
  const part = Math.ceil(records * BROKEN_SHARE)
  const copyPart = (change: Parameters<typeof copy>[3]) => copy(whole, broken, part, change)
  const middle = Math.ceil(part / 2)
  const forged = (line: string) => line.replace('flights:book', 'flights:sell')
  for (const [name, at] of [
    ['the first record shown otherwise', 1],
    ['the middle record shown otherwise', middle],
    ['the last record shown otherwise', part],
  ] as const) {
    await copyPart((line, index) => [index === at ? forged(line) : line])
    assertFault(await verify(broken), at, 'column_mismatch', name)
  }
  await copyPart((line, index) => (index === middle ? [] : [line]))
  assertFault(await verify(broken), middle, 'index_gap', 'a dropped record')
  await copyPart((line, index) => (index === middle ? [line, line] : [line]))
  assertFault(await verify(broken), middle, 'order', 'a duplicated record')
  let held = ''
  await copyPart((line, index) => {
    if (index === middle) held = line
    return index === middle ? [] : index === middle + 1 ? [line, held] : [line]
  })
  assertFault(await verify(broken), middle, 'order', 'two swapped records')
  soakResult('audit', {
    records,
    mib: Math.round(mib),
    per_second: Math.round(records / run.seconds),
    peak_mib: Math.round(run.peak_mib),
  })
} finally {
  rmSync(directory, { recursive: true, force: true })
}
