/** A map that holds so many entries at most: a new one takes the place of the one that was added first. */
export class NewestMap<V> {
  readonly #entries = new Map<string, V>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: V): void {
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined && this.#entries.size >= this.#most && !this.#entries.has(key)) {
      this.#entries.delete(oldest)
    }
    this.#entries.set(key, value)
  }

  /** The entry, found now when it is not there. What cannot be found is not remembered: it may be there the next time. */
  of<F extends V | undefined>(key: string, find: () => F): V | F {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const found = find()
    if (found !== undefined) this.set(key, found)
    return found
  }

  clear(): void {
    this.#entries.clear()
  }
}
