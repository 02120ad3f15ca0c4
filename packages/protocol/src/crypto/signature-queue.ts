import type { ChainFault, ChainStep } from './chain-verifier.ts'
import { verifyWithAsync } from './ed25519.ts'

/** Enough to keep every thread of the pool busy; each holds the text of one record. */
const MAX_WAITING = 512

/** A record that is not as it should be, and what the caller said about where it stands. */
export type BadRecord<Place> = { fault: ChainFault; place: Place }

/**
 * Verifies the signatures of many records at once, on the thread pool where there is one, while their successors are
 * read. Whatever goes wrong, it answers the first bad record in the order of arrival.
 */
export class SignatureQueue<Place> {
  readonly #waiting: Promise<BadRecord<Place> | undefined>[] = []

  /** Takes what one record showed. @returns the first bad record so far, once one is known; then it is done */
  async add({ check, fault }: ChainStep, place: Place): Promise<BadRecord<Place> | undefined> {
    if (check !== undefined) {
      const { key, bytes, signature } = check
      this.#waiting.push(
        verifyWithAsync(key, bytes, signature).then((valid) =>
          valid ? undefined : { fault: check.fault, place },
        ),
      )
    }
    // The signature of a record before this one may be bad too, and comes first.
    if (fault !== undefined) return (await this.drain()) ?? { fault, place }
    return this.#waiting.length < MAX_WAITING ? undefined : this.#settle(MAX_WAITING / 2)
  }

  /** Waits for all signatures. @returns the first bad record */
  drain(): Promise<BadRecord<Place> | undefined> {
    return this.#settle(this.#waiting.length)
  }

  async #settle(count: number): Promise<BadRecord<Place> | undefined> {
    for (const bad of await Promise.all(this.#waiting.splice(0, count))) {
      if (bad !== undefined) return bad
    }
    return undefined
  }
}
