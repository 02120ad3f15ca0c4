import { createWriteStream, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { type Attestation, type ModeiClient, ModeiError } from 'modei'
import { type Progress, progress } from '../audit/progress.ts'
import { openExport, recordLines } from '../audit/read-records.ts'
import { noTrust, trust } from '../audit/trusted-keys.ts'
import { type ExportVerdict, verifyExport } from '../audit/verify-export.ts'
import { connect } from '../connection/connect.ts'
import { Refused, UsageError } from '../exit-codes.ts'
import { readFlag } from '../operations/flag.ts'
import { urlOf } from '../operations/operation-command.ts'
import { plainLine } from '../output/plain-text.ts'
import { printAnswer } from '../output/print.ts'
import { line, write } from '../output/write.ts'

/** Records and their chains. */
export function auditCommand(): Command {
  const audit = new Command('audit').description('export, follow and verify the signed log')
  const verify = audit
    .command('verify')
    .description('verify a chain: every signature, every link, and its end against a checkpoint')
    .argument('[file]', 'an export as JSON lines; `-` for standard input')
    .option('--gate <id>', 'read the chain of a gate from the server instead')
    .option(
      '--keys <file...>',
      'public documents of the gates (default: FILE.keys.json, which `audit export` writes)',
    )
    .option('--json', 'print JSON')
  verify.action((file: string | undefined, flags: VerifyFlags) => verifyLog(file, flags, urlOf(verify)))
  const exporting = audit
    .command('export')
    .description('write the log of a gate, oldest first, with the keys to verify it beside it')
    .requiredOption('--gate <id>', 'whose log')
    .requiredOption('-o, --output <file>', 'where to; the keys go to FILE.keys.json')
    .option('--after <time>', 'from this time on')
    .option('--before <time>', 'up to this time')
  exporting.action((flags: ExportFlags) => exportLog(flags, urlOf(exporting)))
  const tail = audit
    .command('tail')
    .description('print the newest records and wait for more')
    .requiredOption('--gate <id>', 'whose log')
    .addOption(
      new Option('-n, --lines <n>', 'how many to begin with')
        .default(10)
        .argParser((text) => readFlag('integer', text)),
    )
    .option('--no-follow', 'do not wait for more')
    .option('--json', 'print JSON lines')
  tail.action((flags: TailFlags) => tailLog(flags, urlOf(tail)))
  return audit
}

interface VerifyFlags {
  gate?: string
  keys?: string[]
  json?: boolean
}

async function verifyLog(
  file: string | undefined,
  { gate, keys = [], json }: VerifyFlags,
  url: string | undefined,
): Promise<void> {
  if ((file === undefined) === (gate === undefined)) throw new UsageError('give either a file or --gate ID')
  const trusted = noTrust()
  const beside = `${file}.keys.json`
  const given = keys.length === 0 && file !== undefined && existsSync(beside) ? [beside] : keys
  for (const path of given) trust(trusted, JSON.parse(readFileSync(path, 'utf8')))
  if (gate === undefined) {
    if (given.length === 0)
      throw new UsageError(
        'the keys of the gate are needed: --keys FILE, from `modei gates get-public --json`',
      )
    const bar = progress(file === undefined || file === '-' ? undefined : statSync(file).size)
    return conclude(
      await verifyExport(recordLines(bar.watch(openExport(file ?? '-'))), trusted, bar.records),
      bar,
      json === true,
    )
  }
  await using client = connect(process.env, url)
  const evidence = await evidenceOf(client, gate)
  if (evidence.checkpoint === null)
    process.stderr.write('no checkpoint: a tail that was cut off would not be noticed\n')
  trust(trusted, evidence)
  const records = recordLines(client.exportAttestations({ gate_id: gate }))
  const bar = progress(undefined)
  await conclude(await verifyExport(records, trusted, bar.records), bar, json === true)
}

async function conclude(verdict: ExportVerdict, bar: Progress, json: boolean): Promise<void> {
  bar.end()
  if (json) await printAnswer(verdict, true)
  else if (verdict.ok) {
    await line(`whole: ${verdict.records} records in ${verdict.chains.length} chains`)
    if (verdict.chains.length > 0) await printAnswer(verdict.chains, false)
  } else {
    const { at, reason, detail } = verdict.fault
    await line(`broken: record ${at} of ${plainLine(verdict.chain_id)}: ${reason}: ${plainLine(detail)}`)
  }
  if (!verdict.ok) throw new Refused()
}

/** The keys of a gate and, where the server offers one, its checkpoint. Taken before the records, which may grow. */
async function evidenceOf(client: ModeiClient, gateId: string) {
  const document = await client.getGatePublic(gateId)
  try {
    return { public: document, checkpoint: await client.getGateCheckpoint(gateId) }
  } catch (error) {
    if (!(error instanceof ModeiError) || error.statusCode !== 404) throw error
    return { public: document, checkpoint: null }
  }
}

interface ExportFlags {
  gate: string
  output: string
  after?: string
  before?: string
}

async function exportLog(
  { gate, output, after, before }: ExportFlags,
  url: string | undefined,
): Promise<void> {
  await using client = connect(process.env, url)
  const evidence = await evidenceOf(client, gate)
  const query = {
    gate_id: gate,
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
  }
  let bytes = 0
  const parts = Readable.from(client.exportAttestations(query)).map((part: Uint8Array) => {
    bytes += part.byteLength
    return part
  })
  await pipeline(parts, createWriteStream(output))
  // A part of a log does not reach the checkpoint, and must not look cut off.
  const whole = after === undefined && before === undefined
  writeFileSync(
    `${output}.keys.json`,
    `${JSON.stringify(whole ? evidence : { public: evidence.public, checkpoint: null }, null, 2)}\n`,
  )
  await line(`wrote ${output} (${bytes} bytes) and ${output}.keys.json`)
}

interface TailFlags {
  gate: string
  lines: unknown
  follow: boolean
  json?: boolean
}

const POLL_MS = 2000

async function tailLog({ gate, lines, follow, json }: TailFlags, url: string | undefined): Promise<void> {
  await using client = connect(process.env, url)
  let seen = 0
  for (let wanted = Math.min(1000, Number(lines)); ; wanted = 1000) {
    const fresh: Attestation[] = []
    for await (const record of client.iterAttestations(gate, { limit: Math.max(1, wanted) })) {
      if (record.chain_index <= seen || (seen === 0 && fresh.length >= wanted)) break
      fresh.unshift(record)
    }
    for (const record of fresh) await write(`${json === true ? JSON.stringify(record) : spoken(record)}\n`)
    seen = fresh.at(-1)?.chain_index ?? seen
    if (!follow) return
    await sleep(POLL_MS)
  }
}

function spoken({
  created_at,
  chain_index,
  type,
  decision,
  agent_id,
  action,
  reason_code,
}: Attestation): string {
  const words = [created_at, `#${chain_index}`, type, decision, agent_id, action, reason_code]
  return plainLine(words.filter((word) => word !== null).join('  '))
}
