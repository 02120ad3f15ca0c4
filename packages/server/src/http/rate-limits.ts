import { ModeiProblem, type Operation } from '@modei/protocol'
import type { Caller } from './call.ts'

export interface LimitTaken {
  headers: Record<string, string>
  refused?: ModeiProblem
}

interface Window {
  start: number
  count: number
}

/**
 * Requests a minute, per API key on keyed routes and per address on public ones, in this process.
 * These protect the server; the limits on what an agent may do are constraints and live in the store.
 */
export class RateLimits {
  readonly #perKey: number
  readonly #perAddress: number
  readonly #clock: () => number
  #windows = new Map<string, Window>()
  #sweptAt = 0

  constructor(options: { perKey: number; perAddress: number; clock?: () => number }) {
    this.#perKey = options.perKey
    this.#perAddress = options.perAddress
    this.#clock = options.clock ?? Date.now
  }

  take(operation: Operation, caller: Caller | undefined, address: string): LimitTaken | undefined {
    const isPublic = caller === undefined || operation.access === 'public'
    const limit = isPublic ? this.#perAddress : this.#perKey
    if (limit === 0) return undefined
    const now = this.#clock()
    this.#sweep(now)
    const id = isPublic ? `address ${address}` : `key ${caller.key_id}`
    let window = this.#windows.get(id)
    if (window === undefined || now - window.start >= 60_000 || now < window.start) {
      window = { start: now, count: 0 }
      this.#windows.set(id, window)
    }
    window.count += 1
    const reset = Math.max(1, Math.ceil((window.start + 60_000 - now) / 1000))
    const remaining = Math.max(0, limit - window.count)
    const headers = {
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(reset),
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
    }
    if (window.count <= limit) return { headers }
    return {
      headers,
      refused: new ModeiProblem('rate_limited', `more than ${limit} requests in a minute`, {
        retryAfter: reset,
      }),
    }
  }

  /** Forgets windows that ended, so that memory is bounded by the addresses of one minute. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < 60_000) return
    this.#sweptAt = now
    for (const [id, window] of this.#windows) if (now - window.start >= 60_000) this.#windows.delete(id)
  }
}
