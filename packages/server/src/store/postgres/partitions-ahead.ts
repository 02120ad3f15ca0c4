import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'
import { makePartitions, nextMonth } from './partitions.ts'

const RETRY_MS = 3_600_000

/** Makes the next months' partitions once in a month, beside the decisions that told it the time. */
export class PartitionsAhead {
  readonly #db: Kysely<Database>
  readonly #onError: (error: unknown) => void
  #due = 0
  #running: Promise<void> | undefined

  constructor(db: Kysely<Database>, onError: (error: unknown) => void) {
    this.#db = db
    this.#onError = onError
  }

  /** @param now the database's time, Unix milliseconds */
  keep(now: number): void {
    if (now < this.#due || this.#running !== undefined) return
    this.#due = nextMonth(now)
    this.#running = makePartitions(this.#db, now)
      .then(
        () => undefined,
        (error: unknown) => {
          this.#due = now + RETRY_MS
          this.#onError(error)
        },
      )
      .finally(() => {
        this.#running = undefined
      })
  }

  async settled(): Promise<void> {
    await this.#running
  }
}
