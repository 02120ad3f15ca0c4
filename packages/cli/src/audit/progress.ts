const WIDTH = 30
/** Without a terminal, a line in a log file for so many records. */
const LINE_EVERY = 100_000
const REDRAW_MS = 100

export interface Progress {
  /** Passes an input on and notes how much of it was read. */
  watch(source: AsyncIterable<string | Uint8Array>): AsyncGenerator<string | Uint8Array>
  records(count: number): void
  /** Leaves the line. */
  end(): void
}

interface Terminal {
  isTTY?: boolean | undefined
  write(text: string): unknown
}

/**
 * Shows how far a long reading is: a bar where the length is known and somebody watches, else the number of records.
 * @param totalBytes undefined when it cannot be known, as from a pipe
 */
export function progress(
  totalBytes: number | undefined,
  terminal: Terminal = process.stderr,
  now: () => number = Date.now,
): Progress {
  const started = now()
  let bytes = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  let last = -1
  let drawn = false
  function draw(count: number): void {
    drawn = true
    terminal.write(`\r${spoken(count, bytes, totalBytes, now() - started)}\u001b[K`)
  }
  return {
    async *watch(source) {
      for await (const part of source) {
        bytes += typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength
        yield part
      }
    },
    records(count) {
      if (count === last) return
      if (terminal.isTTY !== true) {
        if (count > 0 && count % LINE_EVERY === 0) terminal.write(`${count} records read\n`)
      } else if (now() - drawnAt >= REDRAW_MS) {
        drawnAt = now()
        draw(count)
      }
      last = count
    },
    end() {
      if (terminal.isTTY !== true) return
      if (last >= 0) draw(last)
      if (drawn) terminal.write('\n')
    },
  }
}

function spoken(count: number, bytes: number, total: number | undefined, ms: number): string {
  const rate = ms > 0 ? `, ${Math.round((count / ms) * 1000).toLocaleString('en')}/s` : ''
  const records = `${count.toLocaleString('en')} records${rate}`
  if (total === undefined || total === 0) return records
  const share = Math.min(1, bytes / total)
  const filled = Math.round(share * WIDTH)
  const percent = `${Math.floor(share * 100)}`.padStart(3)
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${percent}%  ${records}`
}
