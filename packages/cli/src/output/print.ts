import { once } from 'node:events'
import { record, table } from './table.ts'

/** Writes to standard output and waits while it is full, so that a long list stays out of memory. */
export async function write(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

export async function line(text: string): Promise<void> {
  await write(`${text}\n`)
}

/** One answer: JSON as it came, or what a person reads. */
export async function printAnswer(answer: unknown, json: boolean): Promise<void> {
  if (json) await line(JSON.stringify(answer, null, 2))
  else if (Array.isArray(answer)) await line(table(answer.map((row) => Object(row))))
  else await line(record(Object(answer)))
}

/** Everything of a paged list, page after page: one JSON array, or one table per thousand rows. */
export async function printAll(rows: AsyncIterable<unknown>, json: boolean): Promise<void> {
  if (json) {
    let separator = '[\n'
    for await (const row of rows) {
      await write(`${separator}  ${JSON.stringify(row)}`)
      separator = ',\n'
    }
    await line(separator === '[\n' ? '[]' : '\n]')
    return
  }
  let held: Record<string, unknown>[] = []
  let printed = false
  for await (const row of rows) {
    held.push(Object(row))
    if (held.length < 1000) continue
    await line(table(held))
    held = []
    printed = true
  }
  if (held.length > 0 || !printed) await line(table(held))
}
