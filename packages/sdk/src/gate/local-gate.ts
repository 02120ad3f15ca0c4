import { isId } from '@modei/protocol/ids'
import { ModeiError } from '../errors.ts'
import type { AttestationRecord } from '../wire.ts'
import { AddedConstraints } from './added-constraints.ts'
import { CatalogShelf } from './catalog-shelf.ts'
import { decideAtGate } from './decide-at-gate.ts'
import type { GateClient } from './gate-client.ts'
import type { GateRequest } from './gate-request.ts'
import { type GateResult, unknowable } from './gate-result.ts'
import { type GateView, readGate } from './gate-view.ts'
import { RecordQueue } from './record-queue.ts'
import { wait } from './wait.ts'

export interface LocalGateOptions {
  readonly client: GateClient
  readonly gateId: string
  /** How old what is known of the gate may be before everything is refused. Default: 60,000. */
  readonly maxAgeMs?: number
  /** How often it is read anew. Default: a quarter of `maxAgeMs`. */
  readonly refreshMs?: number
  /** How many decisions may wait to be recorded; when there are more, everything is refused. Default: 10,000. */
  readonly maxRecords?: number
  /** How long `close` tries to send what waits. Default: 10,000. */
  readonly closeTimeoutMs?: number
  /** Told of failures in the background; with `record`, of one that the server will never take. */
  readonly onError?: (error: unknown, record?: AttestationRecord) => void
  /** The clock, in Unix milliseconds. */
  readonly now?: () => number
}

/**
 * A gate that decides in this process about the passports that it issued, and asks the server where only the server
 * can know: counted limits, costs, approvals, assertions, and passports of others. It signs nothing: what it decides
 * is recorded on the server, in order, shortly after.
 *
 * In doubt it refuses: while it has not started, when what it knows is older than `maxAgeMs`, when the server is
 * needed and away, and when more decisions wait to be recorded than it may hold.
 */
export class LocalGate {
  readonly gateId: string
  readonly #client: GateClient
  readonly #maxAgeMs: number
  readonly #refreshMs: number
  readonly #closeTimeoutMs: number
  readonly #now: () => number
  readonly #onError: (error: unknown, record?: AttestationRecord) => void
  readonly #catalogs: CatalogShelf
  readonly #added: AddedConstraints
  readonly #records: RecordQueue
  readonly #closing = new AbortController()
  #view: GateView | undefined
  #reading: Promise<void> | undefined
  #isStarted = false

  constructor(options: LocalGateOptions) {
    const { client, gateId, maxAgeMs = 60_000, maxRecords = 10_000, closeTimeoutMs = 10_000 } = options
    const { refreshMs = maxAgeMs / 4 } = options
    if (!isId('gate', gateId)) throw new TypeError('`gateId` is not the id of a gate')
    for (const [name, value] of Object.entries({ maxAgeMs, refreshMs, maxRecords, closeTimeoutMs })) {
      if (!(Number.isFinite(value) && value > 0)) throw new TypeError(`\`${name}\` must be a positive number`)
    }
    this.gateId = gateId
    this.#client = client
    this.#maxAgeMs = maxAgeMs
    this.#refreshMs = refreshMs
    this.#closeTimeoutMs = closeTimeoutMs
    this.#now = options.now ?? Date.now
    this.#onError = options.onError ?? (() => {})
    this.#catalogs = new CatalogShelf(client, gateId)
    this.#added = new AddedConstraints(client, maxAgeMs)
    this.#records = new RecordQueue({
      send: (record, idempotencyKey, signal) =>
        client.recordAttestation(gateId, record, { idempotencyKey, signal }),
      limit: maxRecords,
      onError: (error, record) => this.#report(error, record),
    })
  }

  /** Reads the gate, and from then on reads it anew in the background. Rejects when it cannot be read. */
  async start(): Promise<this> {
    if (this.#closing.signal.aborted) throw closed()
    await this.refresh()
    if (!this.#isStarted) {
      this.#isStarted = true
      void this.#keepFresh()
    }
    return this
  }

  /** Reads the gate now. Rejects when that fails; what was known is then kept until it is too old. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  /** Decides about one request. Never throws; what it cannot tell is refused, with `known: false`. */
  async decide(request: GateRequest): Promise<GateResult> {
    try {
      if (this.#closing.signal.aborted) return unknowable('gate_closed', 'the gate is closed')
      const view = this.#view
      if (view === undefined || !this.#isFresh(view)) {
        return unknowable('gate_data_stale', 'what is known of the gate is too old, or nothing is known yet')
      }
      return await decideAtGate(
        {
          client: this.#client,
          catalogs: this.#catalogs,
          added: this.#added,
          view,
          now: this.#now(),
          timeOnceRead: () => (this.#isFresh(view) ? this.#now() : undefined),
          record: (record) => this.#records.push(record),
        },
        request,
      )
    } catch (error) {
      this.#report(error)
      return unknowable('gate_failed', 'the gate could not decide')
    }
  }

  /** Decisions that the server has not confirmed to have recorded. */
  get unrecorded(): number {
    return this.#records.size
  }

  /** Resolves when every decision is recorded. */
  flush(): Promise<void> {
    return this.#records.flush()
  }

  /** Decides nothing more and sends what waits. Rejects with `records_unsent` when some could not be sent in time. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.#records.close(this.#closeTimeoutMs)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #isFresh({ readAt }: GateView): boolean {
    const age = this.#now() - readAt
    // Written so that an age that is no number, or negative because the clock was set back, is too old.
    return age >= 0 && age <= this.#maxAgeMs
  }

  async #read(): Promise<void> {
    this.#view = await readGate(this.#client, {
      gateId: this.gateId,
      now: this.#now,
      maxAgeMs: this.#maxAgeMs,
      previous: this.#view,
    })
  }

  async #keepFresh(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      await wait(this.#refreshMs, signal)
      if (!signal.aborted) await this.refresh().catch((error: unknown) => this.#report(error))
    }
  }

  /** What listens may throw; that is nobody's decision. */
  #report(error: unknown, record?: AttestationRecord): void {
    try {
      this.#onError(error, record)
    } catch {}
  }
}

function closed(): ModeiError {
  return new ModeiError('the gate is closed', { code: 'gate_closed' })
}
