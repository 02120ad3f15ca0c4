import { encodeHex } from '@modei/protocol/crypto/base64'
import { ModeiError } from '../errors.ts'
import { randomBytes } from '../passport/random.ts'
import type { AttestationRecord } from '../wire.ts'
import { wait } from './wait.ts'

export interface RecordQueueOptions {
  /** Sends one record; under one key the server records it once. */
  readonly send: (record: AttestationRecord, idempotencyKey: string, signal: AbortSignal) => Promise<unknown>
  /** How many records may wait. */
  readonly limit: number
  /** Told of every failure; `record` is there when it was the last try, because the server will never take it. */
  readonly onError: (error: unknown, record?: AttestationRecord) => void
}

interface Waiting {
  readonly record: AttestationRecord
  readonly key: string
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 15_000

/**
 * Sends records to the server in the order in which they came, one after the other, each until it was taken: a repeat
 * carries the key of the first try. It lives in memory, so that what is not sent yet is lost with the process.
 */
export class RecordQueue {
  readonly #options: RecordQueueOptions
  readonly #waiting: Waiting[] = []
  readonly #giveUp = new AbortController()
  #sending: Promise<void> | undefined

  constructor(options: RecordQueueOptions) {
    this.#options = options
  }

  /** Records that the server has not confirmed. */
  get size(): number {
    return this.#waiting.length
  }

  /** Takes a record, or answers false when there is no room. */
  push(record: AttestationRecord): boolean {
    if (this.#waiting.length >= this.#options.limit || this.#giveUp.signal.aborted) return false
    this.#waiting.push({ record, key: encodeHex(randomBytes(16)) })
    this.#sending ??= this.#sendAll()
    return true
  }

  /** Resolves when nothing waits any more. */
  async flush(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending
  }

  /** Takes nothing more and sends what waits; rejects with `records_unsent` when that is not done in time. */
  async close(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#giveUp.abort(), timeoutMs)
    try {
      await this.flush()
    } finally {
      clearTimeout(timer)
      this.#giveUp.abort()
    }
    if (this.size > 0) {
      throw new ModeiError(`${this.size} records could not be sent`, { code: 'records_unsent' })
    }
  }

  async #sendAll(): Promise<void> {
    const { signal } = this.#giveUp
    for (let tries = 0; !signal.aborted; ) {
      const [first] = this.#waiting
      if (first === undefined) break
      if (await this.#try(first)) {
        this.#waiting.shift()
        tries = 0
      } else {
        await wait(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS), signal)
        tries += 1
      }
    }
    this.#sending = undefined
  }

  /** Whether a record is done with. */
  async #try({ record, key }: Waiting): Promise<boolean> {
    const { send, onError } = this.#options
    try {
      await send(record, key, this.#giveUp.signal)
      return true
    } catch (error) {
      if (this.#giveUp.signal.aborted) return false
      // INVARIANT: a record that can never be taken does not keep back those behind it.
      const isHopeless = error instanceof ModeiError && HOPELESS.includes(error.statusCode ?? 0)
      if (isHopeless) onError(error, record)
      else onError(error)
      return isHopeless
    }
  }
}

/** Answers that stay the same whatever happens to the network, the server or its keys. */
const HOPELESS = [400, 404, 413, 422]
