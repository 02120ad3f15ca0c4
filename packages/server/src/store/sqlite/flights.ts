import type { FlushWrites } from '../flush.ts'
import type { DecisionJob, IdempotencyClaim, Nonce, Row } from '../store.ts'

/** A batch that is decided and not yet on the disk. */
export interface Flight {
  jobs: readonly DecisionJob<unknown>[]
  writes: FlushWrites
  /** Its number at the write thread, where it was sent there as soon as it was decided. */
  number: number | null
  /** So few that it is written by the thread that decides, with no other in flight. */
  isShort: boolean
}

/**
 * Ends when a batch is on the disk, and not before it is told of the batch before.
 * @param before whether that one is on the disk; never rejects
 */
export type Land = (before: Promise<boolean>) => Promise<void>

/** One is written and one waits for it. More would make batches smaller, and each costs a sync of the disk. */
const MOST_IN_FLIGHT = 2

/**
 * The batches of a process that are decided and not yet on the disk, oldest first. What they are going to write is
 * newer than what the database says.
 */
export class Flights {
  readonly #flights: Flight[] = []
  #last: Promise<boolean> = Promise.resolve(true)
  #failed = false
  #waiting: (() => void)[] = []

  /** A batch was given up, so that rows in memory may tell of what was never recorded. */
  get failed(): boolean {
    return this.#failed
  }

  fail(): void {
    this.#failed = true
  }

  /** Begins anew, after all have landed or failed. */
  recover(): void {
    this.#failed = false
    this.#last = Promise.resolve(true)
  }

  get newest(): Flight | undefined {
    return this.#flights.at(-1)
  }

  /** Resolves when all have landed or failed: with whether the newest is on the disk. */
  get landed(): Promise<boolean> {
    return this.#last
  }

  add(flight: Flight, land: Land): Promise<void> {
    const landed = land(this.#last)
    this.#flights.push(flight)
    this.#last = landed.then(
      () => this.#over(flight, true),
      () => this.#over(flight, false),
    )
    return landed
  }

  /** Calls back when another may be added, at once where that is so. */
  whenRoom(go: () => void): void {
    this.#waiting.push(go)
    this.#callBack()
  }

  claims(claim: IdempotencyClaim): boolean {
    return this.#flights.some(({ jobs }) =>
      jobs.some(({ idempotency }) => idempotency !== null && isSameClaim(idempotency, claim)),
    )
  }

  uses({ scope, nonce }: Pick<Nonce, 'scope' | 'nonce'>): boolean {
    return this.#flights.some(({ writes }) =>
      writes.nonces.some((used) => used.nonce === nonce && used.scope === scope),
    )
  }

  counter(workspaceId: string, key: string): Row<'counters'> | undefined {
    return this.#newest('counters', (row) => row.counter_key === key && row.workspace_id === workspaceId)
  }

  chain(chainId: string): Row<'chains'> | undefined {
    return this.#newest('chains', (row) => row.chain_id === chainId)
  }

  approval(workspaceId: string, id: string): Row<'approvals'> | undefined {
    return this.#newest('approvals', (row) => row.id === id && row.workspace_id === workspaceId)
  }

  #newest<T extends 'counters' | 'chains' | 'approvals'>(
    table: T,
    isWanted: (row: FlushWrites[T][number]) => boolean,
  ): FlushWrites[T][number] | undefined {
    for (const { writes } of this.#flights.toReversed()) {
      const rows: readonly FlushWrites[T][number][] = writes[table]
      const found = rows.find(isWanted)
      if (found !== undefined) return found
    }
    return undefined
  }

  #over(flight: Flight, landed: boolean): boolean {
    if (!landed) this.#failed = true
    this.#flights.splice(this.#flights.indexOf(flight), 1)
    this.#callBack()
    return landed
  }

  #callBack(): void {
    // What comes while a short one is written makes a batch that is worth a thread.
    if (this.#flights.length >= MOST_IN_FLIGHT || this.newest?.isShort === true) return
    const ready = this.#waiting
    this.#waiting = []
    for (const go of ready) go()
  }
}

function isSameClaim(a: IdempotencyClaim, b: IdempotencyClaim): boolean {
  return (
    a.idempotency_key === b.idempotency_key &&
    a.key_id === b.key_id &&
    a.workspace_id === b.workspace_id &&
    a.path === b.path &&
    a.method === b.method
  )
}
