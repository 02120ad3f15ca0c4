export interface WriteBehindOptions<V> {
  /** Milliseconds that a note waits for company. */
  delayMs: number
  merge(older: V, newer: V): V
  write(notes: ReadonlyMap<string, V>): Promise<void>
  onError(error: unknown): void
}

/**
 * Gathers small facts that no answer waits for and writes them together a little later. A process that is killed
 * loses those of the last moment, so nothing that a decision rests on belongs here.
 */
export class WriteBehind<V> {
  readonly #options: WriteBehindOptions<V>
  #notes = new Map<string, V>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(options: WriteBehindOptions<V>) {
    this.#options = options
  }

  note(key: string, value: V): void {
    const older = this.#notes.get(key)
    this.#notes.set(key, older === undefined ? value : this.#options.merge(older, value))
    this.#timer ??= setTimeout(() => void this.flush(), this.#options.delayMs).unref()
  }

  /** Writes what was noted; resolves when it, and what was being written, is on disk or given up. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const notes = this.#notes
    this.#notes = new Map()
    if (notes.size > 0) this.#writing = this.#writing.then(() => this.#write(notes))
    await this.#writing
  }

  async #write(notes: ReadonlyMap<string, V>): Promise<void> {
    try {
      await this.#options.write(notes)
    } catch (error) {
      this.#options.onError(error)
    }
  }
}
