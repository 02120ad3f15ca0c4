import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Operation } from '@modei/protocol'
import type { CallArguments, CallId, ModeiClient, PagedCallId, StreamedCallId } from 'modei'
import { connect } from '../connection/connect.ts'
import { Refused } from '../exit-codes.ts'
import { printAll, printAnswer } from '../output/print.ts'
import { write } from '../output/write.ts'

export interface RunOptions {
  url: string | undefined
  all: boolean
  json: boolean
  output: unknown
}

interface Parts {
  params: Record<string, string | number>
  query: Record<string, unknown>
  body: unknown
}

const PERMITS: ReadonlySet<unknown> = new Set(['PERMIT', 'allow', 'APPROVED', 'approved'])

/** Makes the call and prints its answer. @throws {Refused} when the answer is no */
export async function runOperation(operation: Operation, parts: Parts, options: RunOptions): Promise<void> {
  await using client = connect(process.env, options.url, typeof operation.access === 'string')
  const { body, ...rest } = parts
  const takes = { ...rest, ...(operation.body === undefined ? {} : { body }) }
  if (operation.mediaTypes !== undefined) return await stream(client, operation, takes, options.output)
  // The arguments were parsed by the schemas that these types are printed from.
  if (options.all) {
    return await printAll(
      client.iterate(operation.id as PagedCallId, takes as CallArguments<PagedCallId>),
      options.json,
    )
  }
  const answer: unknown = await client.call(operation.id as CallId, takes as CallArguments<CallId>)
  await printAnswer(answer, options.json)
  if (isRefusal(operation, answer)) throw new Refused()
}

/** A script that goes on after `&&` must not go on after a no. */
function isRefusal({ id }: Operation, answer: unknown): boolean {
  const { allowed, valid, decision } = Object(answer)
  if (id === 'enforce_action') return !PERMITS.has(decision)
  if (id === 'check_gate' || id === 'authorize_dry_run') return allowed !== true
  return id.startsWith('verify_') && valid !== true
}

async function stream(client: ModeiClient, { id }: Operation, takes: object, output: unknown): Promise<void> {
  const bytes = client.stream(id as StreamedCallId, takes as CallArguments<StreamedCallId>)
  if (typeof output !== 'string') {
    for await (const part of bytes) await write(part)
    return
  }
  const file = createWriteStream(output, { flags: 'w' })
  for await (const part of bytes) if (!file.write(part)) await once(file, 'drain')
  file.end()
  await finished(file)
}
