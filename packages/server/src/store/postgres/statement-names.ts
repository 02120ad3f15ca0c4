import { createHash } from 'node:crypto'
import { codeOf } from './errors.ts'

/** A server answers with these that it knows no statement of that name, or another one by it: a pooler is in between. */
const UNKNOWN_OR_TAKEN = new Set(['26000', '42P05'])
const NOT_SUPPORTED = '0A000'

/**
 * Names by which the server keeps statements that are sent again and again, parsed and planned: a small batch costs it
 * less than half. They belong to one connection of the server, so a pooler that gives out another for each transaction
 * and does not know of them makes them useless; and a table that got another column makes them wrong. Either shows in
 * an error of the first statement that is met by it, after which this process does without.
 */
export class StatementNames {
  /** By text. All texts are the program's own, so they are few. */
  readonly #names = new Map<string, string>()
  #inUse = true

  /** `undefined` where statements have no names. One text has one name in every process. */
  nameOf(text: string): string | undefined {
    if (!this.#inUse) return undefined
    let name = this.#names.get(text)
    if (name === undefined) {
      name = `modei_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
      this.#names.set(text, name)
    }
    return name
  }

  /** Whether a transaction failed for its names alone. It may be tried again, for they are given up. */
  wereRefused(error: unknown): boolean {
    const code = codeOf(error) ?? ''
    const isStale = code === NOT_SUPPORTED && error instanceof Error && /cached plan/.test(error.message)
    if (!UNKNOWN_OR_TAKEN.has(code) && !isStale) return false
    this.#inUse = false
    return true
  }
}
