import { createReadStream } from 'node:fs'

/** Far beyond any record: a line is held in memory while it is read. */
const MAX_LINE = 16 * 1024 * 1024

/** One line of an export, parsed; what cannot be parsed stays `undefined`, for the verifier to name. */
export async function* recordLines(source: AsyncIterable<string | Uint8Array>): AsyncGenerator<unknown> {
  for await (const text of lines(source)) if (text.trim() !== '') yield parse(text)
}

/** A file, or standard input for `-`. */
export function openExport(file: string): AsyncIterable<string | Uint8Array> {
  return file === '-' ? process.stdin : createReadStream(file)
}

/** Ends lines at line feeds alone: Node's own reader also ends them at U+2028, which may stand inside JSON. */
async function* lines(source: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const part of source) {
    rest += typeof part === 'string' ? part : decoder.decode(part, { stream: true })
    const [first = '', ...others] = rest.split('\n')
    const last = others.pop()
    if (last !== undefined) {
      yield first
      yield* others
    }
    rest = last ?? first
    if (rest.length > MAX_LINE) throw new Error('a line is too long to be a record')
  }
  yield rest + decoder.decode()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
