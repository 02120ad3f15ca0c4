import { readFileSync } from 'node:fs'

/** Reads a file under `vectors/`. */
export function readVectors<T>(path: string): T {
  const parsed: T = JSON.parse(readFileSync(new URL(`../../../vectors/${path}`, import.meta.url), 'utf8'))
  return parsed
}
