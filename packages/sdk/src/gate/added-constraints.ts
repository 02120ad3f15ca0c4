import { type ConstraintMaps, readConstraintMap } from '@modei/core'
import type { GateClient } from './gate-client.ts'
import { invalid } from './gate-view.ts'

interface Added {
  readonly maps: Promise<ConstraintMaps>
  /** Unix milliseconds, taken before they were asked for. */
  readonly readAt: number
}

const MAX_PASSPORTS = 10_000

/** Constraints that were set on the server beside what passports have signed. No older than `maxAgeMs`. */
export class AddedConstraints {
  readonly #client: GateClient
  readonly #maxAgeMs: number
  readonly #known = new Map<string, Added>()

  constructor(client: GateClient, maxAgeMs: number) {
    this.#client = client
    this.#maxAgeMs = maxAgeMs
  }

  /** Rejects when they cannot be read: the signed ones alone could permit what was forbidden since. */
  async of(passportId: string, permissions: readonly string[], now: number): Promise<ConstraintMaps> {
    const known = this.#known.get(passportId)
    // Written so that a clock that ran backwards reads anew.
    if (known !== undefined && now >= known.readAt && now - known.readAt <= this.#maxAgeMs) return known.maps
    const added: Added = { maps: this.#read(passportId, permissions), readAt: now }
    if (this.#known.size >= MAX_PASSPORTS) this.#known.delete(this.#known.keys().next().value ?? '')
    this.#known.delete(passportId)
    this.#known.set(passportId, added)
    try {
      return await added.maps
    } catch (error) {
      if (this.#known.get(passportId) === added) this.#known.delete(passportId)
      throw error
    }
  }

  async #read(passportId: string, permissions: readonly string[]): Promise<ConstraintMaps> {
    const { set } = await this.#client.getConstraints(passportId)
    const maps = readConstraintMap(set, permissions)
    if (!maps.ok) throw invalid(`the constraints set on ${passportId} cannot be read`)
    return maps
  }
}
