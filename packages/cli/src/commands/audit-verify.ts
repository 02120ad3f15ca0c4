import { existsSync, readFileSync, statSync } from 'node:fs'
import { Command } from 'commander'
import { auditedLog, type LogFlags, WORKSPACE_FLAG } from '../audit/audited-log.ts'
import { evidenceOf } from '../audit/evidence.ts'
import { trustKept } from '../audit/kept-checkpoints.ts'
import { type Progress, progress } from '../audit/progress.ts'
import { openExport, recordLines } from '../audit/read-records.ts'
import { noTrust, type Trusted, trust, trustRetention } from '../audit/trusted-keys.ts'
import { type ExportVerdict, verifyExport } from '../audit/verify-export.ts'
import { connect } from '../connection/connect.ts'
import { Refused, UsageError } from '../exit-codes.ts'
import { urlOf } from '../operations/operation-command.ts'
import { plainLine } from '../output/plain-text.ts'
import { printAnswer } from '../output/print.ts'
import { line } from '../output/write.ts'

export function verifyCommand(): Command {
  const verify = new Command('verify')
    .description('verify a chain: every signature, every link, and its end against a checkpoint')
    .argument('[file]', 'an export as JSON lines; `-` for standard input')
    .option('--gate <id>', 'read the chain of a gate from the server instead')
    .option(...WORKSPACE_FLAG)
    .option(
      '--keys <file...>',
      'public documents of the gates or of the workspace (default: FILE.keys.json, which `audit export` writes)',
    )
    .option('--checkpoint <file...>', 'checkpoints that you kept: the log must still be what they vouch for')
    .option('--key <base64...>', 'public keys that may have signed them (default: those of the log)')
    .option(
      '--retention <file...>',
      'newer public documents that say where logs begin now; their own keys count for nothing',
    )
    .option('--json', 'print JSON')
  verify.action((file: string | undefined, flags: VerifyFlags) => verifyLog(file, flags, urlOf(verify)))
  return verify
}

interface VerifyFlags extends LogFlags {
  keys?: string[]
  checkpoint?: string[]
  key?: string[]
  retention?: string[]
  json?: boolean
}

async function verifyLog(
  file: string | undefined,
  { keys = [], checkpoint = [], key = [], retention = [], json, ...whose }: VerifyFlags,
  url: string | undefined,
): Promise<void> {
  const sources = [file, whose.gate, whose.workspace].filter((given) => given !== undefined)
  if (sources.length !== 1) throw new UsageError('give either a file, --gate ID or --workspace ID')
  const trusted = noTrust()
  const beside = `${file}.keys.json`
  const given = keys.length === 0 && file !== undefined && existsSync(beside) ? [beside] : keys
  for (const path of given) trust(trusted, JSON.parse(readFileSync(path, 'utf8')))
  if (file !== undefined) {
    if (given.length === 0)
      throw new UsageError(
        'the keys of the log are needed: --keys FILE, from `modei gates get-public --json`',
      )
    for (const path of retention) trustRetention(trusted, JSON.parse(readFileSync(path, 'utf8')))
    trustAll(trusted, checkpoint, key)
    const bar = progress(file === '-' ? undefined : statSync(file).size)
    return conclude(
      await verifyExport(recordLines(bar.watch(openExport(file))), trusted, bar.records),
      bar,
      json === true,
    )
  }
  await using client = connect(process.env, url)
  const log = auditedLog(client, whose)
  const evidence = await evidenceOf(log)
  if (evidence.checkpoint === null)
    process.stderr.write('no checkpoint: a tail that was cut off would not be noticed\n')
  trust(trusted, evidence)
  trustAll(trusted, checkpoint, key)
  const records = recordLines(client.exportAttestations(log.filter))
  const bar = progress(undefined)
  await conclude(await verifyExport(records, trusted, bar.records), bar, json === true)
}

function trustAll(trusted: Trusted, files: readonly string[], keys: readonly string[]): void {
  for (const file of files) trustKept(trusted, readFileSync(file, 'utf8'), keys)
}

async function conclude(verdict: ExportVerdict, bar: Progress, json: boolean): Promise<void> {
  bar.end()
  if (json) await printAnswer(verdict, true)
  else if (verdict.ok) {
    await line(`whole: ${verdict.records} records in ${verdict.chains.length} chains`)
    if (verdict.chains.length > 0) await printAnswer(verdict.chains, false)
    for (const { chain_id, kept_from } of verdict.chains) {
      if (kept_from === null) continue
      await line(
        `${plainLine(chain_id)} is kept from record ${kept_from}: its key signed that the ${kept_from - 1} before it were removed`,
      )
    }
  } else {
    const { at, reason, detail } = verdict.fault
    await line(`broken: record ${at} of ${plainLine(verdict.chain_id)}: ${reason}: ${plainLine(detail)}`)
  }
  if (!verdict.ok) throw new Refused()
}
