import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { type LogKeys, type VerifiedCheckpoint, verifyCheckpoint, verifyCheckpointConsistency } from 'modei'
import { type AuditedLog, auditedLog, type LogFlags, WORKSPACE_FLAG } from '../audit/audited-log.ts'
import { noteKeys } from '../audit/note-keys.ts'
import { connect } from '../connection/connect.ts'
import { Refused } from '../exit-codes.ts'
import { urlOf } from '../operations/operation-command.ts'
import { line } from '../output/write.ts'

export function checkpointCommand(): Command {
  const checkpoint = new Command('checkpoint')
    .description('keep the signed root of a log, once it is proved to continue the one that FILE holds')
    .option('--gate <id>', 'whose log')
    .option(...WORKSPACE_FLAG)
    .requiredOption('-o, --output <file>', 'the note that is kept; a later one takes its place')
    .option('--key <base64...>', 'public keys that may have signed it (default: those that the server tells)')
  checkpoint.action((flags: Flags) => keepCheckpoint(flags, urlOf(checkpoint)))
  return checkpoint
}

interface Flags extends LogFlags {
  output: string
  key?: string[]
}

async function keepCheckpoint({ output, key = [], ...whose }: Flags, url: string | undefined): Promise<void> {
  await using client = connect(process.env, url, true)
  const log = auditedLog(client, whose)
  const { signing_keys } = await log.getPublic()
  const keys = noteKeys(log.id, signing_keys, key)
  const { note } = await log.getRoot()
  const latest = await believed(note, keys, 'the server’s checkpoint')
  if (existsSync(output)) {
    const kept = await believed(readFileSync(output, 'utf8'), keys, `the checkpoint in ${output}`)
    const grown = await continues(log, kept, latest)
    if (!grown) {
      await line(
        `broken: the log of ${log.id}, ${latest.tree_size} records, is no continuation of the ${kept.tree_size} in ${output}`,
      )
      throw new Refused()
    }
    await line(`the ${kept.tree_size} records in ${output} are unchanged`)
  }
  // Written beside it first: a process that stops here must not lose the only witness.
  writeFileSync(`${output}.new`, note)
  renameSync(`${output}.new`, output)
  await line(`kept ${output}: ${latest.tree_size} records of ${log.id}`)
}

async function believed(note: string, keys: LogKeys, what: string): Promise<VerifiedCheckpoint> {
  const verdict = verifyCheckpoint(note, keys)
  if (verdict.ok) return verdict.checkpoint
  await line(`broken: ${what} is not to be believed: ${verdict.reason}`)
  throw new Refused()
}

async function continues(
  log: AuditedLog,
  kept: VerifiedCheckpoint,
  latest: VerifiedCheckpoint,
): Promise<boolean> {
  // A log that became shorter continues nothing, and the server has no proof to offer.
  if (kept.tree_size > latest.tree_size) return false
  const sizes = { old_size: kept.tree_size, tree_size: latest.tree_size }
  return verifyCheckpointConsistency(await log.getConsistency(sizes), kept, latest)
}
