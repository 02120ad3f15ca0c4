import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** One line of an export, parsed; what cannot be parsed stays `undefined`, for the verifier to name. */
export async function* recordLines(source: NodeJS.ReadableStream): AsyncGenerator<unknown> {
  for await (const text of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() === '') continue
    yield parse(text)
  }
}

/** A file, or standard input for `-`. */
export function openExport(file: string): NodeJS.ReadableStream {
  return file === '-' ? process.stdin : createReadStream(file)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
