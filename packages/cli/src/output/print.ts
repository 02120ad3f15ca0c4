import { throughPager } from './pager.ts'
import { record, table } from './table.ts'
import { line, write } from './write.ts'

/** One answer: JSON as it came, or what a person reads. */
export async function printAnswer(answer: unknown, json: boolean): Promise<void> {
  if (json) await line(JSON.stringify(answer, null, 2))
  else if (Array.isArray(answer)) await throughPager(tables(answer))
  else await line(record(Object(answer)))
}

/** Everything of a paged list, page after page: one JSON array, or one table per thousand rows. */
export async function printAll(rows: AsyncIterable<unknown>, json: boolean): Promise<void> {
  if (!json) return await throughPager(tables(rows))
  let separator = '[\n'
  for await (const row of rows) {
    await write(`${separator}  ${JSON.stringify(row)}`)
    separator = ',\n'
  }
  await line(separator === '[\n' ? '[]' : '\n]')
}

async function* tables(rows: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  let held: Record<string, unknown>[] = []
  let printed = false
  for await (const row of rows) {
    held.push(Object(row))
    if (held.length < 1000) continue
    yield `${table(held)}\n`
    held = []
    printed = true
  }
  if (held.length > 0 || !printed) yield `${table(held)}\n`
}
