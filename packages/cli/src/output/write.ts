import { once } from 'node:events'

/** Writes to standard output and waits while it is full, so that a long list stays out of memory. */
export async function write(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

export async function line(text: string): Promise<void> {
  await write(`${text}\n`)
}
