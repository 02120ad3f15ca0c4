import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Writes a printed file where its text is not what it should be, and says what it did. */
export function writeIfChanged(file: URL, text: string): void {
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === text
  if (!isCurrent) writeFileSync(file, text)
  process.stdout.write(`${fileURLToPath(file)} ${isCurrent ? 'is current' : 'is rewritten'}\n`)
}
