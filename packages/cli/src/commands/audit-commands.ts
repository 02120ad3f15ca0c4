import { createWriteStream, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, Option } from 'commander'
import type { Attestation } from 'modei'
import { auditedLog, type LogFlags, WORKSPACE_FLAG } from '../audit/audited-log.ts'
import { evidenceOf } from '../audit/evidence.ts'
import { connect } from '../connection/connect.ts'
import { readFlag } from '../operations/flag.ts'
import { urlOf } from '../operations/operation-command.ts'
import { plainLine } from '../output/plain-text.ts'
import { line, write } from '../output/write.ts'
import { checkpointCommand } from './audit-checkpoint.ts'
import { verifyCommand } from './audit-verify.ts'

/** Records and their chains. */
export function auditCommand(): Command {
  const audit = new Command('audit').description('export, follow and verify the signed log')
  const exporting = audit
    .command('export')
    .description('write a log, oldest first, with the keys to verify it beside it')
    .option('--gate <id>', 'whose log')
    .option(...WORKSPACE_FLAG)
    .requiredOption('-o, --output <file>', 'where to; the keys go to FILE.keys.json')
    .option('--after <time>', 'from this time on')
    .option('--before <time>', 'up to this time')
  exporting.action((flags: ExportFlags) => exportLog(flags, urlOf(exporting)))
  audit.addCommand(verifyCommand()).addCommand(checkpointCommand())
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

interface ExportFlags extends LogFlags {
  output: string
  after?: string
  before?: string
}

async function exportLog(
  { output, after, before, ...whose }: ExportFlags,
  url: string | undefined,
): Promise<void> {
  await using client = connect(process.env, url)
  const log = auditedLog(client, whose)
  const evidence = await evidenceOf(log)
  const query = {
    ...log.filter,
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
