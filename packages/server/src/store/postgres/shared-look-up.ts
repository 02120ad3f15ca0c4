/**
 * Joins look-ups that wait at the same time into one query.
 * INVARIANT: every look-up is answered by a query that was sent after it was asked for, so it sees all that was
 * committed before. Nothing is kept.
 */
export class SharedLookUp<V> {
  readonly #load: (keys: string[]) => Promise<ReadonlyMap<string, V>>
  #next: { keys: Set<string>; answer: Promise<ReadonlyMap<string, V>> } | undefined
  #running: Promise<unknown> = Promise.resolve()

  constructor(load: (keys: string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#load = load
  }

  async find(key: string): Promise<V | undefined> {
    this.#next ??= this.#gather()
    this.#next.keys.add(key)
    return (await this.#next.answer).get(key)
  }

  #gather() {
    const keys = new Set<string>()
    const answer = this.#running.then(() => {
      this.#next = undefined
      return this.#load([...keys])
    })
    this.#running = answer.catch(() => undefined)
    return { keys, answer }
  }
}
