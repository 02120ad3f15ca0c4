/**
 * Events an hour per name, in this process. These keep strangers from filling the log; an agent's own limits are
 * constraints and are exact across processes.
 */
export class HourlyLimits {
  readonly #clock: () => number
  #hour = 0
  #counts = new Map<string, number>()

  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  /** Counts one; false when there were `limit` already in this hour. A limit of 0 is no limit. */
  take(name: string, limit: number): boolean {
    if (!this.hasRoom(name, limit)) return false
    if (limit > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    return true
  }

  /** Whether one more would be taken; counts nothing. */
  hasRoom(name: string, limit: number): boolean {
    if (limit === 0) return true
    const hour = Math.floor(this.#clock() / 3_600_000)
    if (hour !== this.#hour) {
      this.#hour = hour
      this.#counts = new Map()
    }
    return (this.#counts.get(name) ?? 0) < limit
  }

  /** Seconds until the hour is over. */
  retryAfter(): number {
    return Math.max(1, Math.ceil(((this.#hour + 1) * 3_600_000 - this.#clock()) / 1000))
  }
}
