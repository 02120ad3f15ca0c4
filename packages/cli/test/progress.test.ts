import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progress } from '../src/audit/progress.ts'

function terminal(isTTY: boolean) {
  const shown: string[] = []
  return { isTTY, shown, write: (text: string) => shown.push(text) }
}

async function* parts(...texts: string[]) {
  yield* texts
}

test('somebody who watches sees how far it is, and at what rate', async () => {
  const screen = terminal(true)
  let at = 0
  const bar = progress(8, screen, () => at)
  for await (const _ of bar.watch(parts('ab', 'cd'))) at += 1000
  bar.records(3000)
  assert.match(screen.shown.join(''), /^\r\[#{15}-{15}\] {2}50% {2}3,000 records, 1,500\/s/)
  bar.end()
  assert.equal(screen.shown.at(-1), '\n')
})

test('an input of unknown length is counted, and one that grew is never beyond its end', async () => {
  const piped = terminal(true)
  progress(undefined, piped, () => 0).records(7)
  assert.match(piped.shown.join(''), /^\r7 records/)
  const grown = terminal(true)
  const bar = progress(1, grown, () => 0)
  for await (const _ of bar.watch(parts('abc')));
  bar.records(1)
  assert.match(grown.shown.join(''), /100%/)
})

test('a log file gets a line for each hundred thousand records and no bar', () => {
  const file = terminal(false)
  const bar = progress(10, file, () => 0)
  for (const count of [1000, 100_000, 100_000, 150_000]) bar.records(count)
  bar.end()
  assert.deepEqual(file.shown, ['100000 records read\n'])
})
